using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>Keeps everything that is logged, as text: message, every value, scopes and exceptions.</summary>
internal sealed class RecordedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<RecordedLog> _all = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<RecordedLog> All => _all;

    public RecordedLog Single(int id) => _all.Should().ContainSingle(log => log.Id == id).Subject;

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Recorder(RecordedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logs._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var parts = new List<string> { category, formatter(state, exception), exception?.ToString() ?? "" };
            Add(state, parts);
            logs._scopes.ForEachScope((scope, list) => Add(scope, list), parts);
            logs._all.Enqueue(new RecordedLog(logLevel, eventId.Id, formatter(state, exception), exception, string.Join('\n', parts)));
        }

        private static void Add(object? state, List<string> parts)
        {
            parts.Add(state?.ToString() ?? "");
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
            {
                parts.AddRange(values.Select(value => $"{value.Key}={value.Value}"));
            }
        }
    }
}

internal sealed record RecordedLog(LogLevel Level, int Id, string Message, Exception? Exception, string Everything);
