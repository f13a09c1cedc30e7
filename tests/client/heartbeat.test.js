import assert from "node:assert/strict";
import { scenario, settle, until } from "./support/echo.js";

scenario("Heartbeat_Nothing heard for ping_interval_Asks, and lives on with the answer", async (world) => {
    world.server.welcome = { ping_interval: 20 };
    const { echo, peer } = await world.connected();
    world.clock.advance(19_999);
    await settle();
    assert.deepEqual(peer.frames, []);

    world.clock.advance(1);
    assert.deepEqual(await peer.take({ type: "ping" }), { type: "ping" });
    peer.send({ type: "pong" });
    await settle();
    world.clock.advance(10_000);
    await settle();
    assert.equal(echo.state, "connected");

    world.clock.advance(10_000); // 20 s after the pong
    await peer.take({ type: "ping" });
});

scenario("Heartbeat_Something heard meanwhile_Asks later", async (world) => {
    const { echo, peer } = await world.connected();
    world.clock.advance(20_000);
    let told = false;
    echo.listen("x", () => { told = true; });
    peer.send({ type: "event", event: "x", data: 1 });
    await until(() => told);
    world.clock.advance(29_000);
    await settle();
    assert.deepEqual(peer.frames, []);
    world.clock.advance(1_000);
    await peer.take({ type: "ping" });
});

scenario("Heartbeat_No answer within 10 s_Closes and reconnects at once", async (world) => {
    const { echo, peer } = await world.connected();
    world.clock.advance(30_000);
    await peer.take({ type: "ping" });
    world.clock.advance(9_999);
    assert.equal(echo.state, "connected");
    world.clock.advance(1);
    assert.equal(echo.state, "reconnecting");
    assert.match(echo.states.at(-1).reason, /ping/);
    assert.equal(await world.reconnect(echo), 0);
    await until(() => peer.closed);
});

scenario("Heartbeat_No ping_interval given_Asks every 30 s", async (world) => {
    world.server.welcome = {};
    await world.connected();
    assert.deepEqual(world.clock.waits, [30_000]);
});

scenario("Heartbeat_Not answered again and again_Backs off", async (world) => {
    const { echo } = await world.connected();
    const waits = [];
    for (let round = 0; round < 3; round++) {
        world.window.fire("online"); // asks with 3 s to answer: shorter than what counts as stable
        world.clock.advance(3_000);
        waits.push(await world.reconnect(echo));
    }
    assert.deepEqual(waits, [0, 500, 1_000]);
});

scenario("Sleep_Timer fires far too late_Asks at once with a short deadline", async (world) => {
    const { echo, peer } = await world.connected();
    world.clock.sleep(3_600_000);
    await peer.take({ type: "ping" });
    assert.deepEqual(world.clock.waits, [3_000]);
    world.clock.advance(3_000);
    assert.equal(echo.state, "reconnecting");
    await world.reconnect(echo);
});

scenario("Sleep_The connection survived_Goes on", async (world) => {
    const { echo, peer } = await world.connected();
    world.clock.sleep(3_600_000);
    peer.send({ type: "pong" });
    await settle();
    world.clock.advance(3_000);
    assert.equal(echo.state, "connected");
    assert.deepEqual(world.clock.waits, [27_000]);
});

scenario("Sleep_While waiting for a pong_Asks once more before giving up", async (world) => {
    const { echo, peer } = await world.connected();
    world.clock.advance(30_000);
    await peer.take({ type: "ping" });
    world.clock.sleep(3_600_000);
    assert.equal(echo.state, "connected"); // the pong may be there, unread
    await peer.take({ type: "ping" });
    world.clock.advance(3_000);
    assert.equal(echo.state, "reconnecting");
});

for (const event of ["online", "visibilitychange", "pageshow"]) {
    scenario(`Wake_${event} while connected_Asks once with a short deadline`, async (world) => {
        const { peer } = await world.connected();
        world.window.fire(event, { persisted: true });
        world.window.fire(event, { persisted: true });
        world.window.fire("online");
        await peer.take({ type: "ping" });
        await settle();
        assert.deepEqual(peer.frames, []);
        assert.deepEqual(world.clock.waits, [3_000]);
    });

    scenario(`Wake_${event} while waiting in back-off_Reconnects at once`, async (world) => {
        const { echo, peer } = await world.connected();
        peer.close(1011);
        await world.state(echo, "reconnecting");
        world.window.fire(event, { persisted: true });
        world.window.fire(event, { persisted: true });
        await world.state(echo, "connected");
        assert.equal(world.server.handshakes.length, 2);
    });
}

scenario("Wake_During a patient check_Gets impatient", async (world) => {
    const { peer } = await world.connected();
    world.clock.advance(30_000);
    await peer.take({ type: "ping" });
    world.window.fire("online");
    await peer.take({ type: "ping" });
    assert.deepEqual(world.clock.waits, [3_000]);
});

scenario("Wake_Page hidden or offline_Nothing drastic", async (world) => {
    const { echo, peer } = await world.connected();
    world.window.document.visibilityState = "hidden";
    world.window.fire("visibilitychange");
    world.window.fire("offline");
    await settle();
    assert.deepEqual(peer.frames, []);
    assert.equal(echo.state, "connected");
});

scenario("Wake_pageshow of an ordinary load_Asks nothing", async (world) => {
    const { peer } = await world.connected();
    world.window.fire("pageshow", { persisted: false });
    await settle();
    assert.deepEqual(peer.frames, []);
});

scenario("Wake_After 1001_The paced return is kept", async (world) => {
    const { echo, peer } = await world.connected();
    peer.close(1001);
    await world.state(echo, "reconnecting");
    world.window.fire("online");
    await settle();
    assert.equal(world.server.handshakes.length, 1);
});

scenario("Connect_Called while waiting_Tries at once", async (world) => {
    const { echo, peer } = await world.connected();
    peer.close(1001);
    await world.state(echo, "reconnecting");
    echo.connect();
    await world.state(echo, "connected");
});

scenario("Page_Into the back-forward cache and back_Closes, then comes back with positions", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("orders");
    await peer.accept("orders", { epoch: "e", offset: 2 });
    await settle();

    world.window.fire("pagehide");
    assert.equal(echo.state, "reconnecting");
    assert.deepEqual(world.clock.waits, []);
    await until(() => peer.closed);
    assert.equal(peer.closed, 1000);
    world.window.fire("online");
    world.window.fire("pageshow");
    await world.state(echo, "connected");
    assert.equal(world.server.handshakes.length, 2);
    assert.equal((await world.server.peers[1].take({ type: "subscribe" })).since.offset, 2);
});

scenario("Page_Disconnected in the back-forward cache_Stays so", async (world) => {
    const { echo } = await world.connected();
    world.window.fire("pagehide");
    echo.disconnect();
    world.window.fire("pageshow");
    await settle();
    assert.equal(echo.state, "disconnected");
    assert.equal(world.server.handshakes.length, 1);
});
