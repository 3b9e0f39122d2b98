namespace PingAnIoT.Alerts;

/// <summary>
/// How far people have come, and what a deadline may be for. Numbers are persisted: they may be added to, never changed. They grow with the work:
/// whoever has come further has also done what lies before.
/// </summary>
public enum WorkState : byte
{
    /// <summary>Discovered (发现); nobody has acknowledged it.</summary>
    Raised = 10,

    /// <summary>An officer's client has shown it. No alert rests here: it is the name of a deadline.</summary>
    Seen = 15,

    Acknowledged = 20,

    /// <summary>Told real from false (甄别). No alert rests here: it is the name of a deadline.</summary>
    Triaged = 24,

    /// <summary>Handed up to the supervising territory (上报). No alert rests here: it is the name of a deadline.</summary>
    Reported = 27,

    /// <summary>Given to somebody to deal with (交办).</summary>
    Dispatched = 30,

    /// <summary>They are there (处置).</summary>
    Arrived = 40,

    /// <summary>Put right, and told how (反馈).</summary>
    Rectified = 50,

    /// <summary>办结.</summary>
    Closed = 90,

    /// <summary>The end of a shelving. No alert rests here: it is the name of a deadline, and what it ends is no breach.</summary>
    ShelveEnd = 200,

    /// <summary>The end of an out-of-service. No alert rests here: it is the name of a deadline, and what it ends is no breach.</summary>
    OutOfServiceEnd = 201,
}

/// <summary>What an officer may ask for. Numbers are persisted: they may be added to, never changed.</summary>
public enum WorkAction : byte
{
    Acknowledge = 1,
    Close = 2,
    Comment = 3,
    Dispatch = 4,
    Arrive = 5,
    Rectify = 6,
    Triage = 7,
    Report = 8,

    /// <summary>The condition's end is confirmed by a person (OPC UA Part 9). Not the same as acknowledging.</summary>
    Confirm = 9,

    Shelve = 10,
    Unshelve = 11,
    See = 12,
    TakeOutOfService = 13,
    ReturnToService = 14,
}

/// <summary>What an alert turned out to be. Numbers are persisted: they may be added to, never changed.</summary>
public enum Verdict : byte
{
    None = 0,
    Real = 1,
    False = 2,
    Test = 3,
    Repair = 4,
}
