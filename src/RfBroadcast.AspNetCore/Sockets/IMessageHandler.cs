namespace RfBroadcast.AspNetCore;

/// <summary>What is done with a client's messages.</summary>
internal interface IMessageHandler
{
    /// <summary>Whether messages of bytes are taken; else one closes the connection.</summary>
    bool TakesBinary { get; }

    /// <summary>Takes one whole message; the next one is read when it is done.</summary>
    /// <param name="message">Its bytes, valid UTF-8 where it is text; only until this completes.</param>
    /// <param name="isText">Whether it is text.</param>
    ValueTask AcceptAsync(ReadOnlyMemory<byte> message, bool isText);
}
