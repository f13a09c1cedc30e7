namespace RfBroadcast;

/// <summary>One segment of a <see cref="ChannelPattern"/>: a literal, or a parameter with its constraints.</summary>
internal sealed class PatternSegment(string text, bool isParameter, bool takesRest, SegmentConstraint[] constraints)
{
    /// <summary>The literal, or the parameter's name.</summary>
    public string Text => text;

    public bool IsParameter => isParameter;

    public bool TakesRest => takesRest;

    public bool Accepts(ReadOnlySpan<char> value)
    {
        if (!isParameter)
        {
            return value.SequenceEqual(text);
        }

        if (value.IsEmpty)
        {
            return false;
        }

        foreach (var constraint in constraints)
        {
            if (!constraint(value))
            {
                return false;
            }
        }

        return true;
    }
}
