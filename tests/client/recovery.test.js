import assert from "node:assert/strict";
import { recorder, scenario, settle, until } from "./support/echo.js";

/** A connected client that is subscribed to "orders" at an offset, and what it hears. */
async function orders(world, answer = { epoch: "e1", offset: 10 }, prepare = () => {}) {
    const { echo, peer } = await world.connected();
    const heard = { data: recorder(), gaps: recorder(), subscribed: recorder(), errors: recorder() };
    const channel = echo.channel("orders").listen("m", heard.data).gap(heard.gaps).subscribed(heard.subscribed).error(heard.errors);
    prepare(channel);
    const question = await peer.accept("orders", answer);
    await until(() => heard.subscribed.all.length === 1);
    return { echo, peer, channel, question, ...heard };
}

const message = (peer, offset) => peer.event("orders", "m", offset, { offset });

/** Loses the connection and comes back; returns the new connection. */
async function comeBack(world, echo) {
    world.server.peers.at(-1).cut();
    await world.reconnect(echo);
    return world.server.peers.at(-1);
}

scenario("Position_Events went on_Comes back with the last offset and the previous id", async (world) => {
    const { echo, peer, data } = await orders(world);
    message(peer, 11);
    message(peer, 13); // offsets may skip
    peer.event("orders", "m", "no offset");
    await until(() => data.all.length === 3);
    const next = await comeBack(world, echo);
    assert.deepEqual((await next.take({ type: "subscribe" })).since, { epoch: "e1", offset: 13, connection_id: "1.1" });
});

scenario("Position_No event since_Comes back with the offset of subscribed", async (world) => {
    const { echo } = await orders(world);
    const next = await comeBack(world, echo);
    assert.deepEqual((await next.take({ type: "subscribe" })).since, { epoch: "e1", offset: 10, connection_id: "1.1" });
});

scenario("Position_Channel without history_Comes back without since", async (world) => {
    const { echo, gaps, subscribed } = await orders(world, {});
    const next = await comeBack(world, echo);
    assert.deepEqual(Object.keys(await next.accept("orders")), ["type", "channel", "id"]);
    await until(() => subscribed.all.length === 2);
    assert.equal(gaps.all.length, 0);
});

scenario("Recovered_True_The missed come once, in order, then live ones", async (world) => {
    const { echo, data, gaps, subscribed } = await orders(world);
    const next = await comeBack(world, echo);
    await next.accept("orders", { epoch: "e1", offset: 13, recovered: true });
    for (const offset of [11, 12, 12, 11, 13, 13, 14]) message(next, offset);
    await until(() => data.all.length === 4);
    await settle();
    assert.deepEqual(data.first, [11, 12, 13, 14]);
    assert.deepEqual(subscribed.first, [{ recovered: null }, { recovered: true }]);
    assert.equal(gaps.all.length, 0);
    const third = await comeBack(world, echo);
    assert.deepEqual((await third.take({ type: "subscribe" })).since, { epoch: "e1", offset: 14, connection_id: "1.2" });
});

scenario("Recovered_True, broken off midway_Comes back from where it broke off", async (world) => {
    const { echo, data } = await orders(world);
    const next = await comeBack(world, echo);
    await next.accept("orders", { epoch: "e1", offset: 20, recovered: true });
    message(next, 11);
    await until(() => data.all.length === 1);
    const third = await comeBack(world, echo);
    // Under the first id still: what left that one out is not settled yet.
    assert.deepEqual((await third.take({ type: "subscribe" })).since, { epoch: "e1", offset: 11, connection_id: "1.1" });
});

scenario("Recovered_From offset 0, broken off before anything came_Still asks from 0", async (world) => {
    const { echo } = await orders(world, { epoch: "e1", offset: 0 });
    const next = await comeBack(world, echo);
    assert.equal((await next.accept("orders", { epoch: "e1", offset: 3, recovered: true })).since.offset, 0);
    await next.take({ type: "ping" });
    const third = await comeBack(world, echo);
    assert.equal((await third.take({ type: "subscribe" })).since.offset, 0);
});

scenario("Recovered_True, the missed left this client out_A pong tells that all has come", async (world) => {
    const { echo } = await orders(world);
    const next = await comeBack(world, echo);
    await next.accept("orders", { epoch: "e1", offset: 12, recovered: true });
    await next.pong();
    await settle();
    const third = await comeBack(world, echo);
    assert.deepEqual((await third.take({ type: "subscribe" })).since, { epoch: "e1", offset: 12, connection_id: "1.2" });
});

for (const reason of ["expired", "epoch", "limit"]) {
    scenario(`Recovered_False, ${reason}_Tells of the gap and goes on from the new position`, async (world) => {
        const { echo, data, gaps, subscribed } = await orders(world);
        const next = await comeBack(world, echo);
        await next.accept("orders", { epoch: "e2", offset: 3, recovered: false, reason });
        for (const offset of [3, 4]) message(next, offset);
        await until(() => data.all.length === 1);
        assert.deepEqual(gaps.first, [{ reason, dropped: null }]);
        assert.deepEqual(subscribed.first[1], { recovered: false });
        assert.deepEqual(data.first, [4]);
        const third = await comeBack(world, echo);
        assert.deepEqual((await third.take({ type: "subscribe" })).since, { epoch: "e2", offset: 4, connection_id: "1.2" });
    });
}

scenario("Recovered_False, no_history_Tells of the gap and forgets the position", async (world) => {
    const { echo, gaps } = await orders(world);
    const next = await comeBack(world, echo);
    await next.accept("orders", { recovered: false, reason: "no_history" });
    await until(() => gaps.all.length === 1);
    assert.deepEqual(gaps.first, [{ reason: "no_history", dropped: null }]);
    const third = await comeBack(world, echo);
    assert.equal((await third.take({ type: "subscribe" })).since, undefined);
});

scenario("Gap_A gap frame_Is told, and the events go on", async (world) => {
    const { peer, data, gaps } = await orders(world);
    peer.send({ type: "gap", channel: "orders", dropped: 12 });
    message(peer, 25);
    await until(() => data.all.length === 1);
    assert.deepEqual(gaps.first, [{ reason: "slow", dropped: 12 }]);
});

scenario("Last_Chained while connected_Goes with the first question, and the replay comes through", async (world) => {
    const { echo, peer, question, data } = await orders(world, { epoch: "e1", offset: 10 }, (channel) => channel.last(3));
    assert.equal(question.last, 3);
    assert.equal(question.since, undefined);
    for (const offset of [8, 9, 10, 11, 11]) message(peer, offset);
    await until(() => data.all.length === 4);
    assert.deepEqual(data.first, [8, 9, 10, 11]);

    const next = await comeBack(world, echo);
    const back = await next.take({ type: "subscribe" });
    assert.equal(back.last, undefined);
    assert.deepEqual(back.since, { epoch: "e1", offset: 11, connection_id: "1.1" });
});

scenario("Last_Broken off midway_Comes back from where it broke off", async (world) => {
    const { echo, peer, data } = await orders(world, { epoch: "e1", offset: 10 }, (channel) => channel.last(3));
    message(peer, 8);
    await until(() => data.all.length === 1);
    const next = await comeBack(world, echo);
    assert.equal((await next.take({ type: "subscribe" })).since.offset, 8);
});

scenario("Last_Broken off before anything came_Asks for the last ones again", async (world) => {
    const { echo, peer } = await orders(world, { epoch: "e1", offset: 10 }, (channel) => channel.last(3));
    await peer.take({ type: "ping" });
    const next = await comeBack(world, echo);
    const back = await next.take({ type: "subscribe" });
    assert.equal(back.since, undefined);
    assert.equal(back.last, 3);
});

scenario("Last_Nothing left of the history_A pong tells, and the position stands", async (world) => {
    const { echo, peer } = await orders(world, { epoch: "e1", offset: 10 }, (channel) => channel.last(3));
    await peer.pong();
    await settle();
    const next = await comeBack(world, echo);
    assert.equal((await next.take({ type: "subscribe" })).since.offset, 10);
});

// The table of errors: what a refused subscription does.
const ERRORS = [
    ["bad_message", "stops"], ["invalid_channel", "stops"], ["forbidden", "stops"], ["too_many_channels", "stops"],
    ["an unknown one", "stops"], ["unauthenticated", "next connection"],
    ["unavailable", "retries"], ["internal", "retries"], ["rate_limited", "retries"],
];

for (const [code, what] of ERRORS) {
    scenario(`Error_${code}_${what}`, async (world) => {
        const { echo, peer } = await world.connected();
        const errors = recorder();
        const channel = echo.private("orders").error(errors);
        await peer.refuse({ type: "subscribe" }, code, code === "rate_limited" ? { retry_after: 3 } : {});
        await until(() => errors.all.length === 1);

        const { message, retryAfter, channel: name, willRetry } = errors.first[0];
        assert.deepEqual([errors.first[0].code, message, name], [code, `no: ${code}`, "private-orders"]);
        assert.equal(retryAfter, code === "rate_limited" ? 3 : null);
        assert.equal(willRetry, what === "retries");
        assert.deepEqual(echo.errors, errors.first);

        if (what === "retries") {
            const wait = code === "rate_limited" ? 3_250 : 250;
            assert.deepEqual(world.clock.waits, [wait, 30_000]);
            world.clock.advance(wait);
            await peer.refuse({ type: "subscribe" }, code);
            await until(() => errors.all.length === 2);
            assert.equal(world.clock.waits[0], 500); // further apart each time
            world.clock.advance(500);
            await peer.accept("private-orders");
            return;
        }
        assert.deepEqual(world.clock.waits, [30_000]);
        const late = recorder();
        channel.error(late);
        await until(() => late.all.length === 1); // told, however late one asks

        peer.cut();
        await world.reconnect(echo);
        const next = world.server.peers[1];
        if (what === "next connection") {
            await next.accept("private-orders");
            return;
        }
        await settle();
        assert.deepEqual(next.frames, []);
        assert.equal(echo.private("orders"), channel); // asked for again: tried again
        await next.accept("private-orders");
        const got = recorder();
        channel.listen("e", got);
        next.event("private-orders", "e", 1);
        await until(() => got.all.length === 1);
    });
}

scenario("Error_For a channel but no question of ours_Goes to the channel and to echo", async (world) => {
    const { echo, peer, errors } = await orders(world);
    peer.send({ type: "error", code: "internal", message: "m", channel: "orders" });
    peer.send({ type: "error", code: "bad_message", message: "m" });
    await until(() => echo.errors.length === 2);
    assert.deepEqual(errors.first.map(({ code }) => code), ["internal"]);
});

scenario("Error_Nobody listens_Is at least on the console", async (world) => {
    const warned = recorder();
    const original = console.warn;
    console.warn = warned;
    try {
        const { echo, peer } = await world.connected();
        echo.off("error");
        echo.private("orders");
        await peer.refuse({ type: "subscribe" }, "forbidden");
        await until(() => warned.all.length === 1);
        assert.match(warned.first[0], /forbidden.*private-orders/);
    } finally {
        console.warn = original;
    }
});

scenario("Error_Waiting to try again when the connection goes_Subscribes with the next connection, once", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("orders");
    await peer.refuse({ type: "subscribe" }, "rate_limited", { retry_after: 20 });
    await until(() => echo.errors.length === 1);
    const next = await comeBack(world, echo);
    await next.accept("orders");
    await settle();
    world.clock.advance(25_000); // past the time it would have tried again
    await settle();
    assert.deepEqual(next.frames, []);
});

// The table of unsubscribe codes.
for (const code of [2000, 2001, 2499]) {
    scenario(`Unsubscribed_${code}_Stops, and the channel is told`, async (world) => {
        const { echo, peer, data, errors, channel } = await orders(world);
        peer.send({ type: "unsubscribed", channel: "orders", code, message: "access revoked" });
        message(peer, 11);
        await until(() => errors.all.length === 1);
        assert.deepEqual([errors.first[0].code, errors.first[0].message, errors.first[0].willRetry], [code, "access revoked", false]);
        await settle();
        assert.equal(data.all.length, 0);
        assert.deepEqual(world.clock.waits, [30_000]);

        const next = await comeBack(world, echo);
        await settle();
        assert.deepEqual(next.frames, []);
        assert.equal(echo.channel("orders"), channel);
        assert.equal((await next.accept("orders")).since, undefined);
    });
}

for (const code of [2500, 2501, 2999]) {
    scenario(`Unsubscribed_${code}_Subscribes again at once with since, later when it repeats`, async (world) => {
        const { peer, errors, data, subscribed } = await orders(world);
        const again = async (wait, answer) => {
            peer.send({ type: "unsubscribed", channel: "orders", code, message: "" });
            await until(() => world.clock.waits[0] === wait);
            world.clock.advance(wait);
            const question = await peer.accept("orders", answer);
            await until(() => subscribed.all.length > before);
            return question.since;
        };
        let before = 1;
        assert.deepEqual(await again(0, { epoch: "e1", offset: 11, recovered: true }), { epoch: "e1", offset: 10, connection_id: "1.1" });
        message(peer, 11);
        await until(() => data.all.length === 1);
        before = 2;
        assert.equal((await again(500, { epoch: "e1", offset: 11, recovered: true })).offset, 11);
        world.clock.advance(5_000); // this one lasts
        before = 3;
        await again(0, { epoch: "e1", offset: 11, recovered: true });
        assert.equal(errors.all.length, 0);
    });
}
