import assert from "node:assert/strict";
import { test } from "node:test";
import { Echo, FakeWindow, recorder, scenario, settle, until, WebSocket } from "./support/echo.js";

/** The address a client would connect to. */
function addressOf(url, href) {
    let address;
    class Spy { constructor(given) { address = given; } close() {} }
    const echo = new Echo(url, { WebSocket: Spy, window: new FakeWindow(href), clock: { now: () => 0, setTimeout() {}, clearTimeout() {} } });
    return new Promise((resolve) => setTimeout(() => { echo.disconnect(); resolve(address); }));
}

for (const [url, page, expected] of [
    ["/ws", "http://a.test/b/c", "ws://a.test/ws?protocol=1"],
    ["/ws", "https://a.test:8443/", "wss://a.test:8443/ws?protocol=1"],
    ["ws", "https://a.test/app/", "wss://a.test/app/ws?protocol=1"],
    ["//b.test/ws", "https://a.test/", "wss://b.test/ws?protocol=1"],
    ["http://b.test/ws?x=1", "https://a.test/", "ws://b.test/ws?x=1&protocol=1"],
    ["https://b.test/ws#part", "http://a.test/", "wss://b.test/ws?protocol=1"],
    ["ws://b.test/ws", "https://a.test/", "ws://b.test/ws?protocol=1"],
    [new URL("wss://b.test/ws"), "http://a.test/", "wss://b.test/ws?protocol=1"],
]) {
    test(`Address_${url} in ${page}_${expected}`, async () => assert.equal(await addressOf(url, page), expected));
}

test("Constructor_What cannot work_Throws and says why", () => {
    const options = { WebSocket, autoConnect: false };
    assert.throws(() => new Echo("/ws", options), /"\/ws" is no address/); // no page to resolve it against
    assert.throws(() => new Echo("ftp://a.test/", options), /not ftp:/);
    assert.throws(() => new Echo("ws://a.test/?channel=news", options), /echo\.channel\(\)/);
    assert.throws(() => new Echo("ws://a.test/", { ...options, transports: ["websocket"], WebSocket: null }), /options\.WebSocket/);
    assert.throws(() => new Echo("ws://a.test/", { ...options, fetch: null, WebSocket: null }), /options\.WebSocket/);
    assert.throws(() => new Echo("ws://a.test/", { ...options, transports: ["polling"] }), /"polling", only: websocket, sse/);
});

scenario("Connect_First time_Goes from connecting to connected", async (world) => {
    const echo = world.echo();
    assert.equal(echo.state, "connecting");
    assert.equal(echo.socketId(), null);
    assert.deepEqual(echo.headers(), {});

    await world.state(echo, "connected");

    assert.deepEqual(echo.states, [{ state: "connected", previous: "connecting", code: null, reason: "" }]);
    assert.equal(echo.socketId(), "1.1");
    assert.deepEqual(echo.headers(), { "X-Socket-ID": "1.1" });
});

scenario("Connect_AutoConnect off_Waits for connect()", async (world) => {
    const echo = world.echo({ autoConnect: false });
    await settle();
    assert.equal(echo.state, "disconnected");
    assert.equal(world.server.handshakes.length, 0);

    echo.connect();
    echo.connect(); // no second one
    await world.state(echo, "connected");
    echo.connect();
    await settle();

    assert.deepEqual(echo.states.map(({ state }) => state), ["connecting", "connected"]);
    assert.equal(world.server.handshakes.length, 1);
});

scenario("Connect_No connected frame_Gives up and tries again", async (world) => {
    world.server.welcome = null;
    const echo = world.echo();
    await world.server.peer(1);
    world.server.welcome = {};

    world.clock.advance(15_000);

    assert.match((await world.state(echo, "reconnecting")).reason, /in time/);
    await world.reconnect(echo);
});

scenario("Connect_WebSocket refuses the address_Failed", async (world) => {
    class Refusing { constructor() { throw new SyntaxError("mixed content"); } }
    const echo = world.echo({ WebSocket: Refusing });
    assert.equal((await world.state(echo, "failed")).reason, "mixed content");
});

scenario("Token_Fixed_Is sent as auth_token", async (world) => {
    const { peer } = await world.connected({ token: "a+b/c= &" });
    assert.equal(peer.token, "a+b/c= &");
});

for (const nothing of [undefined, null, "", () => null, async () => undefined]) {
    scenario(`Token_${nothing}_Connects without`, async (world) => {
        const { peer } = await world.connected({ token: nothing });
        assert.equal(peer.url.searchParams.has("auth_token"), false);
    });
}

scenario("Token_Function_Is asked before every connect, and may use the echo", async (world) => {
    let count = 0;
    const echo = world.echo({ token: async () => `${echo.state}-${++count}` });
    const first = await world.server.peer(1);
    assert.equal(first.token, "connecting-1");
    await world.state(echo, "connected");

    first.close(1011);
    await world.reconnect(echo);

    assert.equal((await world.server.peer(2)).token, "reconnecting-2");
});

scenario("Token_Function throws_Is told and tried again", async (world) => {
    let broken = true;
    const echo = world.echo({ token: async () => { if (broken) throw new Error("offline"); return "t"; } });

    await world.state(echo, "reconnecting");
    assert.equal(echo.errors[0].code, "token");
    assert.equal(echo.errors[0].willRetry, true);
    assert.match(echo.errors[0].message, /offline/);
    assert.equal(world.server.handshakes.length, 0);

    broken = false;
    await world.reconnect(echo);
    assert.equal(world.server.peers[0].token, "t");
});

scenario("Token_Answers after disconnect()_Opens nothing", async (world) => {
    let answer;
    const echo = world.echo({ token: () => new Promise((resolve) => { answer = resolve; }) });
    await until(() => answer);
    echo.disconnect();
    answer("late");
    await settle();
    assert.equal(world.server.handshakes.length, 0);
    assert.equal(echo.state, "disconnected");
});

scenario("Disconnect_Connected_Closes for good and leaves nothing behind", async (world) => {
    const { echo, peer } = await world.connected();
    assert.ok(world.window.listeners > 0);

    echo.disconnect();

    assert.equal(echo.state, "disconnected");
    assert.equal(echo.socketId(), null);
    assert.equal(world.window.listeners, 0);
    assert.deepEqual(world.clock.waits, []);
    await until(() => peer.closed);
    assert.equal(peer.closed, 1000);
    world.clock.advance(600_000);
    await settle();
    assert.equal(world.server.handshakes.length, 1);
});

scenario("Disconnect_In every phase_Leaves nothing behind", async (world) => {
    const opening = world.echo();
    opening.disconnect();
    const handshaking = world.echo();
    await Promise.resolve().then(() => {}).then(() => {});
    handshaking.disconnect();
    const waiting = world.echo({ token: () => { throw new Error("none"); } });
    await world.state(waiting, "reconnecting");
    waiting.disconnect();

    assert.deepEqual(world.clock.waits, []);
    assert.equal(world.window.listeners, 0);
    await settle();
    for (const echo of [opening, handshaking, waiting]) assert.equal(echo.state, "disconnected");
});

scenario("Disconnect_Then connect()_Comes back with the channels and their positions", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("news");
    await peer.accept("news", { epoch: "e", offset: 4 });
    await settle();

    echo.disconnect();
    echo.connect();
    await world.state(echo, "connected");

    const question = await (await world.server.peer(2)).accept("news");
    assert.deepEqual(question.since, { epoch: "e", offset: 4, connection_id: "1.1" });
});

scenario("Disconnect_From within a state listener_Wins", async (world) => {
    const echo = world.echo();
    echo.on("state", ({ state }) => state === "reconnecting" && echo.disconnect());
    await world.state(echo, "connected");
    world.server.peers[0].close(1011);
    await world.state(echo, "disconnected");
    assert.deepEqual(world.clock.waits, []);
});

scenario("On_Listener throws_Harms nobody and is reported", async (world) => {
    const reported = recorder();
    const original = globalThis.reportError;
    globalThis.reportError = reported;
    try {
        const { echo, peer } = await world.connected();
        const data = recorder();
        echo.channel("news").listen("a", () => { throw new Error("mine"); }).listen("a", data);
        await peer.accept("news");
        peer.event("news", "a", 1);
        peer.event("news", "a", 2);
        await until(() => data.all.length === 2);
        assert.deepEqual(reported.first.map(({ message }) => message), ["mine", "mine"]);
    } finally {
        globalThis.reportError = original;
    }
});

scenario("On_Off function and off()_End it; an unknown name throws", async (world) => {
    const echo = world.echo({ autoConnect: false });
    const [one, two, three] = [recorder(), recorder(), recorder()];
    const off = echo.on("state", one);
    echo.on("state", two);
    echo.on("state", three);
    off();
    echo.off("state", two);
    echo.connect();
    assert.deepEqual([one, two, three].map(({ all }) => all.length), [0, 0, 1]);
    echo.off("state");
    await until(() => echo.state === "connected");
    assert.equal(three.all.length, 1);
    assert.throws(() => echo.on("stat", one), /no "stat"/);
    assert.throws(() => echo.on("state", "f"), /must be a function/);
});

scenario("Receive_What makes no sense_Is survived", async (world) => {
    const { echo, peer } = await world.connected();
    const data = recorder();
    echo.channel("news").listen("a", data);
    await peer.accept("news");
    for (const odd of ["not json", "null", "7", "[]", "{}", '{"type":"from the future"}', '{"type":"event","channel":"unknown"}',
        '{"type":"member_joined","channel":"news"}', '{"type":"subscribed","channel":"news"}', '{"type":"ack","id":999}']) {
        peer.send(odd);
    }
    peer.event("news", "a", 1);
    await until(() => data.all.length === 1);
    assert.deepEqual(echo.errors.map(({ code }) => code), ["bad_frame"]);
});

scenario("Listen_An event for this connection alone_Arrives at echo.listen", async (world) => {
    const { echo, peer } = await world.connected();
    const [got, gone, channel] = [recorder(), recorder(), recorder()];
    echo.listen("greeting", got).listen("greeting", gone);
    echo.stopListening("greeting", gone);
    echo.channel("news").listen("greeting", channel);
    await peer.accept("news");

    peer.send({ type: "event", event: "greeting", data: { hi: 1 }, timestamp: "t" });
    await until(() => got.all.length === 1);

    assert.deepEqual(got.all[0], [{ hi: 1 }, { event: "greeting", channel: null, offset: null, timestamp: "t", userId: null }]);
    assert.equal(gone.all.length + channel.all.length, 0);
});
