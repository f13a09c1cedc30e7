namespace RfBroadcast.AspNetCore;

/// <summary>Carries the result of one call of a delegate out of its request pipeline.</summary>
internal sealed class DelegateCall
{
    /// <summary>Whether every parameter was bound and the delegate was called.</summary>
    public bool IsEntered { get; set; }

    /// <summary>Whether it returned.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>What it returned, unwrapped from its task.</summary>
    public object? Result { get; set; }
}
