using System.ComponentModel.DataAnnotations;

namespace ScaleOut;

/// <summary>What a page sends to say something.</summary>
public sealed record NewMessage([Required, StringLength(2_000)] string Text);
