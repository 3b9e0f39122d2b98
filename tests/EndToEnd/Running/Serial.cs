// Each test has the machine to itself: they start servers, kill them and hold them to times.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
