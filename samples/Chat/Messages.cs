using System.ComponentModel.DataAnnotations;

namespace Chat;

/// <summary>What a page sends to sign in.</summary>
public sealed record NewGuest([Required, StringLength(30)] string Name);

/// <summary>What a page sends to say something. The page chooses the id.</summary>
public sealed record NewMessage([Required, StringLength(40)] string Id, [Required, StringLength(2_000)] string Text);

/// <summary>What everybody in a room gets to read: the data of the event <c>message</c>.</summary>
public sealed record Message(string Id, Guest From, string Text, DateTimeOffset SentAt);
