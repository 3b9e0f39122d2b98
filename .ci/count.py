"""Sums the real counts over all test programs and prints the lines of THREATS and the last line.

usage: count.py RESULTS_FOLDER EXIT_STATUS_OF_THE_TEST_COMMAND EXIT_STATUS_OF_THE_ALLOCATION_GATE EXIT_STATUS_OF_THE_CITY_RUN EXIT_STATUS_OF_THE_LOOP
Exits 0 only when something passed, nothing failed, nothing was skipped and the test command said so too. The gate, the city run and the loop count as one more test each.
"""
import glob
import re
import sys
import xml.etree.ElementTree as ElementTree

folder, status, gate, city, loop = sys.argv[1], *(int(a) for a in sys.argv[2:6])
space = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
passed = failed = skipped = 0
lines, bad = [], []
reports = sorted(glob.glob(folder + "/**/*.trx", recursive=True))
for report in reports:
    for result in ElementTree.parse(report).getroot().iterfind("t:Results/t:UnitTestResult", space):
        outcome, name = result.get("outcome"), result.get("testName")
        output = result.findtext("t:Output/t:StdOut", "", space)
        lines += re.findall(r"^(?:T-\d\d|Show \d)\b.*$", output, re.MULTILINE)
        if outcome == "Passed":
            passed += 1
        elif outcome == "NotExecuted":
            skipped += 1
            bad.append(f"skipped {name}: {output.strip()}")
        else:
            failed += 1
            bad.append(f"failed {name}: {result.findtext('t:Output/t:ErrorInfo/t:Message', '', space).strip()[:2000]}")

if gate != 0:
    bad.append(f"failed the allocation gate (bench -- --gate): it ended with {gate}")
if city != 0:
    bad.append(f"failed the city run in small (bench -- city): it ended with {city}")
if loop != 0:
    bad.append(f"failed the closed loop in small (bench -- loop): it ended with {loop}")
print("\n".join(sorted(set(lines)) + bad))
if status != 0 and failed == 0 and skipped == 0:
    print(f"the test command ended with {status}, though no test failed: a test program broke off or found no tests")
    failed = 1
for step in gate, city, loop:
    passed, failed = passed + (step == 0), failed + (step != 0)
failed += skipped  # nothing may be skipped here
print(f"{len(reports)} test programs")
print(f"{passed} passed, {failed} failed")
sys.exit(0 if reports and passed > 0 and failed == 0 and status == 0 else 1)
