using System.Globalization;
using PingAnIoT.Judge;

// judge FOLDER CLASS,... REPORT RESULTS EQUALS MAX [FILE...]
//   FOLDER has the tests and, beside them, the mutated assembly; REPORT is Stryker's JSON; RESULTS is added to; EQUALS lists mutants that are no fault; no more than MAX mutants are judged.
// judge work ...   a worker: started by the former.
// PINGAN_SEED draws another sample than the usual one.
if (args[0] == "work")
{
    return Worker.Run(args[1], args[2].Split(','), args[3]);
}

var seed = int.Parse(Environment.GetEnvironmentVariable("PINGAN_SEED") ?? "20260101", CultureInfo.InvariantCulture);
var all = Mutants.Read(args[2], args[6..], seed);
using var results = new Results(args[3]);
var left = new Queue<Mutant>(all.Take(int.Parse(args[5], CultureInfo.InvariantCulture)).Where(m => !results.Has(m)));
Console.WriteLine($"seed {seed}, {all.Count} mutants, {left.Count} to judge");
while (left.Count > 0)
{
    using var worker = new WorkerProcess(args[0], args[1], args[3] + ".costs");
    var unsure = new List<(Mutant Mutant, string Result)>();
    while (!worker.IsGone && left.TryDequeue(out var mutant))
    {
        var result = worker.Judge(mutant.Id);
        unsure.Add((mutant, result));
        if (result == "sick")
        {
            // Something a mutant left behind may have killed those since the last look: another worker judges them again, this one by itself.
            unsure.ForEach(u => left.Enqueue(u.Mutant));
            break;
        }

        if (worker.IsGone || worker.IsChecked || left.Count == 0)
        {
            unsure.ForEach(u => results.Add(u.Mutant, u.Result));
            unsure.Clear();
        }
    }
}

results.Write(all, new EqualMutants(args[4]), Console.Out);
return 0;
