import assert from "node:assert/strict";
import { recorder, scenario, settle, until } from "./support/echo.js";

// The table of close codes: what the client does, with chance at 0.5 and no failure before.
const CLOSES = [
    [1000, "backoff"], [1001, "pause"], [1002, "stop"], [1007, "stop"], [1009, "stop"], [1011, "backoff"],
    [3000, "backoff"], [4000, "stop"], [4001, "stop"], [4003, "stop"], [4099, "stop"],
    [4100, "backoff"], [4103, "backoff"], [4199, "backoff"], [4200, "atOnce"], [4201, "atOnce"], [4203, "atOnce"], [4299, "atOnce"],
    [4300, "backoff"], [null, "backoff"],
];
const DELAYS = { backoff: 250, pause: 2_500, atOnce: 0 };

for (const [code, what] of CLOSES) {
    scenario(`Close_${code ?? "none, cut"}_${what}`, async (world) => {
        const { echo, peer } = await world.connected();
        world.clock.advance(6_000);
        if (code === null) peer.cut();
        else peer.close(code, "because");

        const change = await world.state(echo, what === "stop" ? "failed" : "reconnecting");

        assert.equal(change.code, code ?? 1006);
        assert.equal(change.reason, code === null ? "" : "because");
        assert.equal(echo.socketId(), null);
        assert.deepEqual(world.clock.waits, what === "stop" ? [] : [DELAYS[what]]);
        if (what === "stop") {
            assert.equal(world.window.listeners, 0);
            echo.connect(); // the app may know better
            await world.state(echo, "connected");
        } else {
            await world.reconnect(echo);
            assert.equal(echo.socketId(), "1.2");
        }
    });
}

scenario("Close_4203_Reconnects with a new token", async (world) => {
    const tokens = ["old", "new"];
    const { echo, peer } = await world.connected({ token: () => tokens.shift() });
    peer.close(4203);
    assert.equal(await world.reconnect(echo), 0);
    assert.equal(world.server.peers[1].token, "new");
});

for (const chance of [0, 0.999999]) {
    scenario(`Backoff_Chance ${chance}_Stays within [0, min(30 s, 0.5 s x 2^attempt)]`, async (world) => {
        world.clock.chance = chance;
        const echo = world.echo({ token: () => { throw new Error("none"); } });
        for (const ceiling of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
            const [wait] = await until(() => echo.state === "reconnecting" && world.clock.waits[0] !== 15_000 && world.clock.waits);
            assert.ok(Math.abs(wait - chance * ceiling) < 0.001, `${wait} of ${ceiling}`);
            const asked = echo.errors.length;
            world.clock.advance(wait);
            await until(() => echo.errors.length > asked);
        }
    });
}

scenario("Backoff_Accepted and closed again and again_Grows all the same", async (world) => {
    const { echo } = await world.connected();
    const waits = [];
    for (let round = 0; round < 4; round++) {
        world.server.peers.at(-1).close(1011);
        waits.push(await world.reconnect(echo));
    }
    assert.deepEqual(waits, [250, 500, 1_000, 2_000]);

    world.clock.advance(5_000); // this one lasts
    world.server.peers.at(-1).close(1011);
    assert.equal(await world.reconnect(echo), 250);
});

scenario("RetryAt_Waiting_Is when the next attempt starts; otherwise null", async (world) => {
    const { echo, peer } = await world.connected();
    assert.equal(echo.retryAt, null);

    peer.close(1011);
    await world.state(echo, "reconnecting");
    assert.equal(echo.retryAt, world.clock.now() + 250);

    world.clock.advance(250);
    assert.equal(echo.retryAt, null);
    await world.state(echo, "connected");
    assert.equal(echo.retryAt, null);
});

scenario("Backoff_4200 again and again_Is at once only the first time", async (world) => {
    const { echo } = await world.connected();
    const waits = [];
    for (const code of [4200, 4201, 4203, 4200]) {
        world.server.peers.at(-1).close(code);
        waits.push(await world.reconnect(echo));
    }
    assert.deepEqual(waits, [0, 500, 1_000, 2_000]);
});

scenario("Backoff_1001_Spreads over five seconds", async (world) => {
    world.clock.chance = 0.999;
    const { echo, peer } = await world.connected();
    peer.close(1001);
    assert.equal(await world.reconnect(echo), 4_995);
});

/** A client whose first handshake meets this refusal. */
async function refused(world, refusal, options) {
    world.server.refusal = refusal;
    const echo = world.echo(options);
    await until(() => world.server.verdicts.length === 1, "the verdict");
    return echo;
}

scenario("Verdict_Asked_With the same address and query", async (world) => {
    world.server.refusal = { status: 403 };
    const echo = world.echo({ token: "t+1" }, "/ws?tenant=x");
    await world.state(echo, "failed");
    assert.equal(world.server.verdicts[0].href, world.server.handshakes[0].href);
    assert.equal(world.server.verdicts[0].search, "?tenant=x&protocol=1&auth_token=t%2B1");
});

for (const status of [400, 401, 403]) {
    scenario(`Verdict_${status} with a fixed token_Failed, with the server's words`, async (world) => {
        const echo = await refused(world, { status, body: { message: "not you" } }, { token: "t" });
        assert.deepEqual(await world.state(echo, "failed"), { state: "failed", previous: "connecting", code: status, reason: "not you" });
        assert.deepEqual(world.clock.waits, []);
        assert.equal(world.window.listeners, 0);
    });
}

scenario("Verdict_401 with a token function_One new token at once, then back-off", async (world) => {
    let asked = 0;
    const echo = await refused(world, { status: 401 }, { token: async () => `t${++asked}` });
    assert.equal((await world.state(echo, "reconnecting")).code, 401);
    assert.deepEqual(await until(() => world.clock.waits[0] < 15_000 && world.clock.waits), [0]);

    world.clock.advance(0);
    await until(() => world.server.verdicts.length === 2);
    assert.deepEqual(await until(() => world.clock.waits[0] < 15_000 && world.clock.waits), [250]);

    world.server.refusal = null;
    await world.reconnect(echo);
    assert.deepEqual(world.server.handshakes.map((url) => url.searchParams.get("auth_token")), ["t1", "t2", "t3"]);

    world.server.refusal = { status: 401 }; // having been connected, it may try a new one at once again
    world.server.peers[0].close(4203);
    await until(() => world.server.verdicts.length === 2 && world.clock.waits[0] < 15_000);
    world.clock.advance(world.clock.waits[0]);
    await until(() => world.server.verdicts.length === 3 && world.clock.waits[0] < 15_000);
    assert.deepEqual(world.clock.waits, [0]);
});

scenario("Verdict_503 with Retry-After_Waits that long and a little more, whoever looks", async (world) => {
    const echo = await refused(world, { status: 503, headers: { "Retry-After": "20" } });
    await world.state(echo, "reconnecting");
    assert.deepEqual(world.clock.waits, [20_500]);

    world.window.fire("visibilitychange");
    world.window.fire("online");
    await settle();

    assert.equal(world.server.handshakes.length, 1);
    world.server.refusal = null;
    await world.reconnect(echo);
});

scenario("Verdict_503 for longer than a browser's timer can wait_Does not come back at once", async (world) => {
    const echo = await refused(world, { status: 503, headers: { "Retry-After": "99999999" } });
    await world.state(echo, "reconnecting");
    assert.deepEqual(world.clock.waits, [2 ** 31 - 1]);
});

scenario("Verdict_Comes after disconnect()_Changes nothing", async (world) => {
    let answer;
    world.server.refusal = { status: 403 };
    const echo = world.echo({ fetch: () => new Promise((resolve) => { answer = resolve; }) });
    await until(() => answer);
    echo.disconnect();
    answer(new Response("{}", { status: 403 }));
    await settle();
    assert.equal(echo.state, "disconnected");
});

scenario("Verdict_503 with a date_Waits until then", async (world) => {
    const date = new Date(world.clock.now() + 60_000);
    const echo = await refused(world, { status: 503, headers: { "Retry-After": date.toUTCString() } });
    await world.state(echo, "reconnecting");
    assert.deepEqual(world.clock.waits, [date.setMilliseconds(0) - world.clock.now() + 500]);
});

for (const status of [200, 302, 404, 426, 500, 503]) {
    scenario(`Verdict_${status}_Back-off`, async (world) => {
        const echo = await refused(world, { status, body: "<html>" });
        assert.deepEqual(await world.state(echo, "reconnecting"),
            { state: "reconnecting", previous: "connecting", code: status, reason: `HTTP ${status}` });
        assert.deepEqual(world.clock.waits, [250]);
        world.server.refusal = null;
        await world.reconnect(echo);
    });
}

for (const [name, fetch] of [
    ["Server away", async () => { throw new TypeError("fetch failed"); }],
    ["No fetch here", null],
]) {
    scenario(`Verdict_${name}_Back-off`, async (world) => {
        world.server.refusal = { status: 403 };
        const echo = world.echo({ fetch });
        assert.match((await world.state(echo, "reconnecting")).reason, /reached/);
        assert.deepEqual(world.clock.waits, [250]);
    });
}

scenario("Verdict_fetch_Is called as browsers want it, without a this", async (world) => {
    let receiver = "not called";
    world.server.refusal = { status: 403 };
    const echo = world.echo({ fetch: function (...args) { receiver = this; return globalThis.fetch(...args); } });
    await world.state(echo, "failed");
    assert.equal(receiver, undefined);
});

scenario("Verdict_Never comes_Is given up with the attempt", async (world) => {
    let aborted = false;
    world.server.refusal = { status: 403 };
    const fetch = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => { aborted = true; reject(signal.reason); }));
    const echo = world.echo({ fetch });
    await until(() => world.server.handshakes.length === 1);
    await settle();
    world.clock.advance(15_000);
    await world.state(echo, "reconnecting");
    assert.equal(aborted, true);
});

scenario("State_While reconnecting_Changes once, however many attempts", async (world) => {
    const states = recorder();
    const echo = await refused(world, { status: 500 });
    echo.on("state", states);
    for (let attempt = 2; attempt <= 4; attempt++) {
        await until(() => world.clock.waits[0] < 15_000);
        world.clock.advance(world.clock.waits[0]);
        await until(() => world.server.verdicts.length === attempt);
    }
    assert.ok(states.all.length <= 1);
    assert.equal((await world.state(echo, "reconnecting")).previous, "connecting");
});
