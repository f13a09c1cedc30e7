namespace RfBroadcast.TestSupport;

/// <summary>Conditions that take a call to look at.</summary>
internal static class Eventually
{
    /// <summary>Waits until a condition holds; a look that throws is one that did not hold.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        Exception? last = null;
        while (true)
        {
            try
            {
                // On a thread of its own: what it looks at may have locked itself up.
                if (await Task.Run(condition).InTimeAsync())
                {
                    return;
                }
            }
            catch (Exception fault)
            {
                last = fault;
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"It never came true: {what}", last);
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
