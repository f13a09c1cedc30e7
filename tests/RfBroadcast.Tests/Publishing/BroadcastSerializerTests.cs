using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RfBroadcast.Tests;

public sealed partial class BroadcastSerializerTests
{
    [Fact]
    public void Serialize_ByDefault_UsesTheWebDefaults() =>
        Json(new BroadcastSerializer(), new OrderShipped(7, "DHL")).Should().Be("""{"orderId":7,"carrier":"DHL"}""");

    [Fact]
    public void Serialize_Null_IsNull() => Json(new BroadcastSerializer(), null).Should().Be("null");

    [Fact]
    public void Serialize_AnonymousType_Works() => Json(new BroadcastSerializer(), new { Id = 1, Tags = new[] { "a" } }).Should().Be("""{"id":1,"tags":["a"]}""");

    [Fact]
    public void Serialize_JsonElement_IsAsItIs()
    {
        using var document = JsonDocument.Parse("""{"Id":1}""");

        Json(new BroadcastSerializer(), document.RootElement).Should().Be("""{"Id":1}""");
    }

    [Fact]
    public void Serialize_OwnOptions_UsesACopyOfThem()
    {
        var own = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        var serializer = new BroadcastSerializer(own);

        Json(serializer, new OrderShipped(7, "DHL")).Should().Be("""{"order_id":7,"carrier":"DHL"}""");
        own.IsReadOnly.Should().BeFalse("the app's own settings stay as they are");
    }

    [Fact]
    public void Serialize_SourceGeneratedContextAlone_TakesWhatItKnowsAndTheLibrarysOwn()
    {
        var serializer = new BroadcastSerializer(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = KnownContext.Default });

        Json(serializer, new Known(3)).Should().Be("""{"number":3}""");
        Json(serializer, new UserNotification("t", "m", null)).Should().Be("""{"title":"t","message":"m","actionUrl":null}""");
        Json(serializer, new SystemAlert("info", "m", true)).Should().Be("""{"level":"info","message":"m","actionRequired":true}""");
        Json(serializer, "text").Should().Be("\"text\"");
        FluentActions.Invoking(() => serializer.Serialize(new OrderShipped(7, "DHL")))
            .Should().Throw<BroadcastSerializationException>().WithMessage($"*{typeof(OrderShipped)}*");
    }

    [Fact]
    public void Serialize_SourceGeneratedContextsOwnOptions_Works() =>
        Json(new BroadcastSerializer(KnownContext.Default.Options), new Known(3)).Should().Be("""{"Number":3}""");

    [Fact]
    public void Serialize_OwnNaming_HoldsForTheLibrarysTypesToo()
    {
        var serializer = new BroadcastSerializer(
            new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, TypeInfoResolver = KnownContext.Default });

        Json(serializer, new UserNotification("t", "m", "u")).Should().Be("""{"title":"t","message":"m","action_url":"u"}""");
    }

    [Fact]
    public void Serialize_GetterThrows_NamesTheType()
    {
        var fault = FluentActions.Invoking(() => new BroadcastSerializer().Serialize(new Throwing())).Should().Throw<BroadcastSerializationException>().Which;

        fault.PayloadType.Should().Be<Throwing>();
        fault.Message.Should().Contain(nameof(Throwing)).And.Contain("no value");
        fault.InnerException.Should().BeOfType<InvalidOperationException>();
    }

    [Fact]
    public void Serialize_Cycle_NamesTheType()
    {
        var node = new Node();
        node.Next = node;

        FluentActions.Invoking(() => new BroadcastSerializer().Serialize(node)).Should().Throw<BroadcastSerializationException>().WithMessage($"*{nameof(Node)}*");
    }

    [Fact]
    public void SerializeToElement_ElementOfADocument_OutlivesTheDocument()
    {
        JsonElement element;
        using (var document = JsonDocument.Parse("""{"name":"Ada"}"""))
        {
            element = new BroadcastSerializer().SerializeToElement(document.RootElement);
        }

        element.GetProperty("name").GetString().Should().Be("Ada");
    }

    [Fact]
    public void SerializeToElement_UndefinedElement_Throws() =>
        FluentActions.Invoking(() => new BroadcastSerializer().SerializeToElement(default(JsonElement))).Should().Throw<BroadcastSerializationException>();

    private static string Json(BroadcastSerializer serializer, object? payload) => Encoding.UTF8.GetString(serializer.Serialize(payload).Span);

    internal sealed record Known(int Number);

    [JsonSerializable(typeof(Known))]
    internal sealed partial class KnownContext : JsonSerializerContext;

    private sealed class Throwing
    {
        public string Value => throw new InvalidOperationException("no value");
    }

    private sealed class Node
    {
        public Node? Next { get; set; }
    }
}
