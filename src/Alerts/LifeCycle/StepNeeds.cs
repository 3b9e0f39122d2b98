namespace PingAnIoT.Alerts;

/// <summary>What a step needs beyond the state it follows from. In the order in which a refusal names them.</summary>
[Flags]
public enum StepNeeds
{
    Nothing = 0,

    /// <summary>Whoever asks has all the territories that it concerns.</summary>
    AllPlaces = 1,

    /// <summary>The series is not out of service.</summary>
    InService = 2,

    /// <summary>The series is out of service.</summary>
    OutOfService = 4,

    NotShelved = 8,

    Shelved = 16,

    /// <summary>The condition has ended, and nobody has confirmed it yet.</summary>
    Ended = 32,

    /// <summary>A red (by its peak) is not active.</summary>
    RedEnded = 64,

    /// <summary>Rectified, unless the verdict is false or test, or it is a fault and no colour.</summary>
    Rectified = 128,

    /// <summary>The end of a latched condition is confirmed.</summary>
    Confirmed = 256,

    /// <summary>Whoever sends another team says which entry he saw last, or is the one who sent the first.</summary>
    SeenSequence = 512,

    /// <summary>A red (by its peak) takes somebody other than who acknowledged it.</summary>
    SecondPerson = 1024,

    /// <summary>A red (by its peak) takes a supervisor, or somebody other than who acknowledged it.</summary>
    SupervisorOrSecond = 2048,

    /// <summary>A note while the condition is active.</summary>
    NoteIfActive = 4096,

    /// <summary>A note in any case.</summary>
    Note = 8192,
}
