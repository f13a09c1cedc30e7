using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>A way out ends before its request does, as the server uses the request's memory and context again.</summary>
public sealed class StreamOutletTests
{
    private readonly DefaultHttpContext _context = new();
    private readonly Lifetime _lifetime = new();
    private readonly TaskCompletionSource _write = new();
    private readonly StreamOutlet _outlet;

    public StreamOutletTests()
    {
        _context.Features.Set<IHttpRequestLifetimeFeature>(_lifetime);
        _outlet = new StreamOutlet(new StuckStream(_write.Task), _context);
    }

    [Fact]
    public async Task EndAsync_WriteUnderWay_WaitsForItAndTakesNoOther()
    {
        var writing = _outlet.WriteAsync(new byte[1]).AsTask();

        var end = _outlet.EndAsync();

        end.IsCompleted.Should().BeFalse();
        var later = () => _outlet.WriteAsync(new byte[1]).AsTask();
        await later.Should().ThrowAsync<ObjectDisposedException>();
        _write.SetException(new IOException());
        await end.InTimeAsync();
        writing.IsFaulted.Should().BeTrue();
    }

    [Fact]
    public async Task Abort_AfterTheEnd_LeavesTheContextToTheNextRequest()
    {
        _outlet.Abort();
        await _outlet.EndAsync();

        _outlet.Abort();

        _lifetime.Aborts.Should().Be(1);
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public int Aborts { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborts++;
    }

    private sealed class StuckStream(Task write) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(write);
    }
}
