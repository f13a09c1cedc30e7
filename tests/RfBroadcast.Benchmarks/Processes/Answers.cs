using System.Text.Json;

namespace RfBroadcast.Benchmarks;

/// <summary>How a child process talks with the driver: a command is one line of words, its answer one line of JSON.</summary>
internal static class Answers
{
    /// <summary>
    /// Answers commands from the standard input until it ends, which it does when the driver goes. A command that fails answers
    /// with <c>!</c> and the fault.
    /// </summary>
    public static void Serve(Func<string[], object> answer)
    {
        while (Console.In.ReadLine() is { } line)
        {
            string text;
            try
            {
                text = JsonSerializer.Serialize(answer(line.Split(' ')));
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                text = "!" + fault.ToString().ReplaceLineEndings(" | ");
            }

            Console.Out.WriteLine(text);
            Console.Out.Flush();
        }
    }

    /// <summary>Reads an answer; throws what the child said went wrong.</summary>
    public static T Read<T>(string line) => line.StartsWith('!')
        ? throw new InvalidOperationException(line[1..])
        : JsonSerializer.Deserialize<T>(line) ?? throw new InvalidDataException("The answer is empty.");
}
