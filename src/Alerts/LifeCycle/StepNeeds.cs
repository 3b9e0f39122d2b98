namespace PingAnIoT.Alerts;

/// <summary>What a step needs beyond the state it follows from. In the order in which a refusal names them.</summary>
[Flags]
public enum StepNeeds
{
    Nothing = 0,

    /// <summary>The series is not out of service.</summary>
    InService = 1,

    /// <summary>The series is out of service.</summary>
    OutOfService = 2,

    NotShelved = 4,

    Shelved = 8,

    /// <summary>The condition has ended, and nobody has confirmed it yet.</summary>
    Ended = 16,

    /// <summary>A red (by its peak) is not active.</summary>
    RedEnded = 32,

    /// <summary>Rectified, unless the verdict is false or test, or it is a fault and no colour.</summary>
    Rectified = 64,

    /// <summary>The end of a latched condition is confirmed.</summary>
    Confirmed = 128,

    /// <summary>Whoever sends another team says which entry he saw last, or is the one who sent the first.</summary>
    SeenSequence = 256,

    /// <summary>A red (by its peak) takes somebody other than who acknowledged it.</summary>
    SecondPerson = 512,

    /// <summary>A red (by its peak) takes a supervisor, or somebody other than who acknowledged it.</summary>
    SupervisorOrSecond = 1024,

    /// <summary>A note while the condition is active.</summary>
    NoteIfActive = 2048,

    /// <summary>A note in any case.</summary>
    Note = 4096,
}
