import assert from "node:assert/strict";
import { recorder, scenario, settle, until } from "./support/echo.js";

const ONLY_STREAMS = { transports: ["sse"] };

/** A client that is connected over a stream, and that stream. */
async function streaming(world, open = () => {}, options = ONLY_STREAMS) {
    const echo = world.echo(options);
    const opened = open(echo);
    await until(() => echo.state === "connected", "the connection");
    return { echo, opened, stream: world.server.streams.at(-1) };
}

/** Five minutes and more, in which the server shows that it lives. */
async function passFiveMinutes(world) {
    for (let beat = 0; beat < 11; beat++) {
        world.server.streams.at(-1).write(":\n\n");
        await settle();
        world.clock.advance(29_000);
    }
}

scenario("Fall back_No WebSocket here_Streams at once", async (world) => {
    const got = recorder();
    const { echo, stream } = await streaming(world, (echo) => echo.channel("news").listen("a", got), { WebSocket: null });
    assert.equal(echo.transport, "sse");
    assert.equal(echo.socketId(), "2.1");
    assert.deepEqual(echo.headers(), { "X-Socket-ID": "2.1" });
    assert.deepEqual(stream.channels, ["news"]);

    stream.accept("news");
    stream.event("news", "a", { text: "ö \u2028: x" });
    await until(() => got.all.length === 1);

    assert.deepEqual(got.first, [{ text: "ö \u2028: x" }]);
    assert.equal(world.server.handshakes.length, 0);
});

scenario("Fall back_Two handshakes fail though all is well_Streams, and later tries a WebSocket again", async (world) => {
    world.server.refusal = { status: 426 };
    const echo = world.echo();
    echo.channel("news");
    assert.equal(echo.transport, null);
    assert.equal((await world.state(echo, "reconnecting")).code, 426);
    world.clock.advance(500);
    await until(() => world.server.verdicts.length === 2 && world.clock.waits[0] === 0, "the second verdict");
    world.clock.advance(0);
    await world.state(echo, "connected");
    assert.equal(echo.transport, "sse");
    assert.equal(world.server.handshakes.length, 2);

    world.server.streams[0].close(4200, "reconnect");
    await world.reconnect(echo);
    assert.equal(echo.transport, "sse");
    assert.equal(world.server.handshakes.length, 2);

    // Five minutes later a WebSocket is tried first; one more failure is enough.
    await passFiveMinutes(world);
    world.server.streams.at(-1).close(4200, "reconnect");
    await until(() => echo.state === "reconnecting");
    world.clock.advance(0);
    await until(() => world.server.verdicts.length === 3 && world.clock.waits[0] === 0, "the third verdict");
    world.clock.advance(0);
    await world.state(echo, "connected");
    assert.equal(echo.transport, "sse");

    world.server.refusal = null;
    await passFiveMinutes(world);
    world.server.streams.at(-1).close(4200, "reconnect");
    await until(() => echo.state === "reconnecting");
    world.clock.advance(30_000);
    await until(() => echo.transport === "websocket", "a WebSocket");
});

scenario("Fall back_Handshakes that hang_Streams too", async (world) => {
    class Hanging { close() {} }
    const echo = world.echo({ WebSocket: Hanging });
    for (let attempt = 0; attempt < 2; attempt++) {
        await settle();
        world.clock.advance(15_000);
        world.clock.advance(5_000);
    }
    await world.state(echo, "connected");
    assert.equal(echo.transport, "sse");
});

scenario("Fall back_Only WebSockets allowed_Never streams", async (world) => {
    world.server.refusal = { status: 426 };
    const echo = world.echo({ transports: ["websocket"] });
    for (let attempt = 1; attempt < 5; attempt++) {
        await until(() => world.server.verdicts.length === attempt && echo.retryAt, "the verdict");
        world.clock.advance(echo.retryAt - world.clock.now());
    }
    assert.equal(world.server.streams.length, 0);
});

scenario("Fall back_The stream cannot be had either_Takes turns", async (world) => {
    world.server.refusal = { status: 426 };
    world.server.streamRefusal = { status: 426 };
    const echo = world.echo();
    await until(() => {
        if (echo.retryAt !== null) world.clock.advance(echo.retryAt - world.clock.now());
        return world.server.handshakes.length >= 5;
    }, "five handshakes");
    assert.equal(world.server.streams.length, 0);
    assert.notEqual(echo.transport, "sse");
});

for (const [status, expected] of [[400, "failed"], [401, "failed"], [403, "failed"], [500, "reconnecting"], [503, "reconnecting"]]) {
    scenario(`Verdict_${status}_${expected}`, async (world) => {
        world.server.streamRefusal = { status, body: { message: `no: ${status}` }, headers: { "Retry-After": "7" } };
        const echo = world.echo(ONLY_STREAMS);
        const change = await world.state(echo, expected);
        assert.equal(change.code, status);
        assert.equal(change.reason, `no: ${status}`);
        if (status === 503) assert.ok(world.clock.waits[0] >= 7_000);
    });
}

scenario("Token_Each attempt_Asks anew", async (world) => {
    let asked = 0;
    const { echo, stream } = await streaming(world, undefined, { ...ONLY_STREAMS, token: () => `t${++asked}` });
    assert.equal(stream.url.searchParams.get("auth_token"), "t1");
    stream.close(4203, "the token expired");
    assert.equal(await world.reconnect(echo), 0);
    assert.equal(world.server.streams[1].url.searchParams.get("auth_token"), "t2");
});

scenario("Channels_None yet_Connects for what is sent to it alone", async (world) => {
    const got = recorder();
    const { echo, stream } = await streaming(world, (echo) => echo.listen("hello", got));
    assert.deepEqual(stream.channels, [""]);
    stream.send({ type: "event", event: "hello", data: 1 });
    await until(() => got.all.length === 1);
    assert.equal(echo.state, "connected");
});

scenario("Channels_Change_Opens the stream anew, once, with positions", async (world) => {
    const got = recorder();
    const { echo, stream } = await streaming(world, (echo) => {
        echo.channel("news").listen("a", got);
        echo.channel("plain");
    });
    stream.accept("news", { epoch: "e:1", offset: 4 });
    stream.accept("plain");
    stream.event("news", "a", 5, { offset: 5 });
    await until(() => got.all.length === 1);

    echo.channel("b");
    echo.private("c");
    echo.leave("plain");
    await settle();
    assert.equal(world.server.streams.length, 1);
    world.clock.advance(50);
    const next = await world.server.stream(2);
    await until(() => echo.socketId() === "2.2");

    assert.deepEqual(next.channels, ["news", "b", "private-c"]);
    assert.equal(next.lastId, "2.1&news=e%3A1:5");
    await until(() => stream.closed);
    next.accept("news", { epoch: "e:1", offset: 7, recovered: true });
    next.event("news", "a", 6, { offset: 6 });
    next.event("news", "a", 7, { offset: 7 });
    await until(() => got.all.length === 3);
    assert.deepEqual(got.first, [5, 6, 7]);
    assert.deepEqual(echo.states.map(({ state }) => state), ["connected"]);
});

scenario("Channels_Left while the stream opens_Opens anew without it", async (world) => {
    world.server.welcome = null;
    const echo = world.echo(ONLY_STREAMS);
    echo.channel("a");
    echo.channel("b");
    const stream = await world.server.stream(1);
    assert.deepEqual(stream.channels, ["a", "b"]);
    echo.leave("a");
    world.server.welcome = {};
    stream.send({ type: "connected", connection_id: "2.1", protocol: 1 });
    await world.state(echo, "connected");
    world.clock.advance(50);
    assert.deepEqual((await world.server.stream(2)).channels, ["b"]);
});

scenario("Channels_The user's own_Is opened once it is known", async (world) => {
    world.server.welcome = { user_id: "7", user_channel: "private-user.7" };
    const got = recorder();
    await streaming(world, (echo) => echo.user().notification(got));
    world.clock.advance(50);
    const stream = await world.server.stream(2);
    assert.deepEqual(stream.channels, ["private-user.7"]);
    stream.accept("private-user.7");
    stream.event("private-user.7", "notification", 1);
    await until(() => got.all.length === 1);
});

scenario("Channels_Refused_The channel is told", async (world) => {
    const failed = recorder();
    const { stream } = await streaming(world, (echo) => echo.private("a").error(failed));
    stream.send({ type: "error", code: "forbidden", message: "no", channel: "private-a" });
    await until(() => failed.all.length === 1);
    assert.equal(failed.first[0].code, "forbidden");
    await settle();
    world.clock.advance(20_000);
    await settle();
    assert.equal(world.server.streams.length, 1);
});

scenario("Channels_A grant expires_Opens the stream anew at once", async (world) => {
    const { stream } = await streaming(world, (echo) => echo.channel("a"));
    stream.accept("a", { epoch: "e", offset: 3 });
    stream.send({ type: "unsubscribed", channel: "a", code: 2501, message: "the grant expired" });
    await until(() => world.clock.waits[0] === 0, "the wait");
    world.clock.advance(0);
    world.clock.advance(50);
    assert.equal((await world.server.stream(2)).lastId, "2.1&a=e:3");
});

scenario("Presence_Over a stream_Works, and a whisper says what it needs", async (world) => {
    const here = recorder();
    const joining = recorder();
    const { opened: channel, stream } = await streaming(world, (echo) => echo.join("chat").here(here).joining(joining));
    stream.accept("presence-chat", { members: [{ user_id: "1", joined_at: "2026-01-31T10:00:00Z" }] });
    stream.send({ type: "member_joined", channel: "presence-chat", member: { user_id: "2" } });
    await until(() => joining.all.length === 1);
    assert.equal(here.all.length, 1);
    assert.deepEqual(channel.members.map(({ id }) => id), ["1", "2"]);
    await assert.rejects(channel.whisper("typing"), { code: "receive_only", channel: "presence-chat", event: "client-typing" });
});

scenario("Last_Different numbers_Each channel gets its own", async (world) => {
    const [a, b, c] = [recorder(), recorder(), recorder()];
    const { stream } = await streaming(world, (echo) => {
        echo.channel("a").last(3).listen("x", a);
        echo.channel("b").last(1).listen("x", b);
        echo.channel("c").listen("x", c);
    });
    assert.equal(stream.url.searchParams.get("last"), "3");
    for (const channel of ["a", "b", "c"]) {
        stream.accept(channel, { epoch: "e", offset: 9 });
        for (const offset of [7, 8, 9, 10]) stream.event(channel, "x", offset, { offset });
    }
    await until(() => c.all.length > 0 && c.first.at(-1) === 10);
    assert.deepEqual([a.first, b.first, c.first], [[7, 8, 9, 10], [9, 10], [10]]);
});

scenario("Recovery_Broken during the replay_Comes back to what was delivered, under the connection it had there", async (world) => {
    const got = recorder();
    const { echo, stream } = await streaming(world, (echo) => {
        echo.channel("a").listen("x", got);
        echo.channel("b");
    });
    stream.accept("a", { epoch: "e", offset: 4 });
    stream.accept("b", { epoch: "e", offset: 1 });
    await settle();
    stream.end();
    await world.reconnect(echo);

    const second = world.server.streams[1];
    assert.equal(second.lastId, "2.1&a=e:4&b=e:1");
    second.accept("a", { epoch: "e", offset: 9, recovered: true });
    second.event("a", "x", 5, { offset: 5 });
    second.position("a=e:5:2.1", "b=e:1:2.1");
    second.accept("b", { epoch: "e", offset: 1, recovered: true });
    await until(() => got.all.length === 1);
    await settle();
    second.end();
    await world.reconnect(echo);

    assert.equal(world.server.streams[2].lastId, "2.1&a=e:5&b=e:1:2.2");
});

scenario("Recovery_The top left this client out_The stream's id ends the replay", async (world) => {
    const { echo, stream } = await streaming(world, (echo) => echo.channel("a"));
    stream.accept("a", { epoch: "e", offset: 4 });
    await settle();
    stream.end();
    await world.reconnect(echo);
    const second = world.server.streams[1];
    second.accept("a", { epoch: "e", offset: 9, recovered: true });
    second.event("a", "x", 8, { offset: 8 });
    second.position("a=e:9");
    await settle();
    second.end();
    await world.reconnect(echo);

    assert.equal(world.server.streams[2].lastId, "2.2&a=e:9");
});

scenario("Recovery_Cannot_The gap says why", async (world) => {
    const gap = recorder();
    const { echo, stream } = await streaming(world, (echo) => echo.channel("a").gap(gap));
    stream.accept("a", { epoch: "e", offset: 4 });
    await settle();
    stream.end();
    await world.reconnect(echo);
    world.server.streams[1].accept("a", { epoch: "f", offset: 1, recovered: false, reason: "epoch" });
    await until(() => gap.all.length === 1);
    assert.deepEqual(gap.first, [{ reason: "epoch", dropped: null }]);
});

for (const [code, expected] of [[4001, "failed"], [4103, "backoff"], [1001, "pause"], [4200, "atOnce"]]) {
    scenario(`Close_${code}_${expected}`, async (world) => {
        const { echo, stream } = await streaming(world);
        stream.close(code, "why");
        const change = await world.state(echo, expected === "failed" ? "failed" : "reconnecting");
        assert.deepEqual([change.code, change.reason], [code, "why"]);
        const limits = { failed: undefined, backoff: 250, pause: 2500, atOnce: 0 };
        assert.equal(world.clock.waits[0], limits[expected]);
    });
}

scenario("Heartbeat_Comments_Keep the stream; silence ends it", async (world) => {
    world.server.welcome = { ping_interval: 20 };
    const { echo, stream } = await streaming(world);
    world.clock.advance(19_000);
    stream.write(":\n\n");
    await settle();
    world.clock.advance(19_000);
    await settle();
    assert.equal(echo.state, "connected");

    world.window.fire("online"); // the server owes nothing yet
    world.clock.advance(999);
    world.clock.advance(1 + 9_999);
    assert.equal(echo.state, "connected");
    world.clock.advance(1);
    assert.equal(echo.state, "reconnecting");
    assert.match(echo.states.at(-1).reason, /silent/);
    await until(() => stream.closed);
});

scenario("Blocks_In pieces of any size_Are whole again", async (world) => {
    const got = recorder();
    const { stream } = await streaming(world, (echo) => echo.channel("a").listen("x", got));
    stream.accept("a");
    const bytes = Buffer.from(`data: ${JSON.stringify({ type: "event", channel: "a", event: "x", data: "é€😀" })}\n\n`);
    for (const byte of bytes) {
        stream.write(Buffer.from([byte]));
        await new Promise(setImmediate);
    }
    await until(() => got.all.length === 1);
    assert.deepEqual(got.first, ["é€😀"]);
});

scenario("Disconnect_Over a stream_Leaves nothing behind", async (world) => {
    const { echo, stream } = await streaming(world);
    echo.disconnect();
    await until(() => stream.closed);
    assert.deepEqual(world.clock.waits, []);
    assert.equal(world.window.listeners, 0);
});
