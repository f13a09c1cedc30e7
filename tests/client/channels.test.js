import assert from "node:assert/strict";
import { recorder, scenario, settle, until } from "./support/echo.js";

/** A connected client with one subscribed channel. */
async function subscribed(world, open, wireName, answer) {
    const { echo, peer } = await world.connected();
    const channel = open(echo);
    await peer.accept(wireName, answer);
    const ready = recorder();
    channel.subscribed(ready);
    await until(() => ready.all.length > 0);
    return { echo, peer, channel };
}
const chat = (world, answer) => subscribed(world, (echo) => echo.private("chat"), "private-chat", answer);

scenario("Open_Each kind_Has its wire name, and is one object per channel", async (world) => {
    const { echo, peer } = await world.connected();
    assert.equal(echo.channel("a").name, "a");
    assert.equal(echo.private("a").name, "private-a");
    assert.equal(echo.join("a").name, "presence-a");
    assert.equal(echo.channel("a"), echo.channel("a"));
    assert.equal(echo.private("a"), echo.private("a"));
    assert.equal(echo.join("a"), echo.join("a"));
    for (const name of ["a", "private-a", "presence-a"]) await peer.accept(name);
    await settle();
    assert.deepEqual(peer.frames, []); // each asked for once
});

scenario("Open_No such name_Throws", async (world) => {
    const echo = world.echo({ autoConnect: false });
    assert.throws(() => echo.channel("private-a"), /echo\.private\(\)/);
    assert.throws(() => echo.channel("presence-a"), /echo\.join\(\)/);
    for (const name of ["", undefined, null, 7]) assert.throws(() => echo.private(name), /must be a string/);
    assert.throws(() => echo.channel("a").listen("", () => {}), /must be a string/);
    assert.throws(() => echo.channel("a").listen("x"), /must be a function/);
    for (const count of [0, -1, 1.5, "5", NaN]) assert.throws(() => echo.channel("a").last(count), RangeError);
});

scenario("Open_Before the connection_Subscribes once connected", async (world) => {
    const echo = world.echo();
    const data = recorder();
    const channel = echo.channel("news").listen("a", data);
    assert.equal(channel, echo.channel("news"));
    const peer = await world.server.peer(1);
    assert.deepEqual(Object.keys(await peer.accept("news")), ["type", "channel", "id"]);
    peer.event("news", "a", 1);
    await until(() => data.all.length === 1);
});

scenario("Open_While reconnecting_Subscribes on the next connection", async (world) => {
    const { echo, peer } = await world.connected();
    peer.close(1011);
    await world.state(echo, "reconnecting");
    echo.channel("news");
    await world.reconnect(echo);
    await world.server.peers[1].accept("news");
});

scenario("Listen_An event_Comes with data and meta", async (world) => {
    const { peer, channel } = await subscribed(world, (echo) => echo.channel("news"), "news", { epoch: "e", offset: 0 });
    const [named, dotted, other, all] = [recorder(), recorder(), recorder(), recorder()];
    assert.equal(channel.listen("a.b", named).listen(".a.b", dotted).listen("a", other).listenToAll(all), channel);

    peer.event("news", "a.b", { x: 1 }, { offset: 1 });
    await until(() => all.all.length === 1);

    const meta = { event: "a.b", channel: "news", offset: 1, timestamp: "2026-01-31T10:00:00.000Z", userId: null };
    assert.deepEqual(named.all, [[{ x: 1 }, meta]]);
    assert.deepEqual(dotted.all, named.all);
    assert.deepEqual(all.all, [["a.b", { x: 1 }, meta]]);
    assert.deepEqual(other.all, []);
});

scenario("StopListening_One or all_Are called no more", async (world) => {
    const { peer, channel } = await subscribed(world, (echo) => echo.channel("news"), "news");
    const [kept, gone, also, every, last] = [recorder(), recorder(), recorder(), recorder(), recorder()];
    channel.listen("a", kept).listen("a", kept).listen("a", gone).listen("b", also).listenToAll(every).listen("end", last);
    channel.stopListening("a", gone).stopListening("b").stopListeningToAll(every).stopListening("never heard of");
    for (const event of ["a", "b", "end"]) peer.event("news", event, 1);
    await until(() => last.all.length === 1);
    assert.deepEqual([kept, gone, also, every].map(({ all }) => all.length), [1, 0, 0, 0]);

    channel.listenToAll(every).stopListeningToAll();
    channel.listen("a", () => channel.stopListening("a", gone)).listen("a", gone); // one listener takes the next away
    peer.event("news", "a", 2);
    peer.event("news", "end", 2);
    await until(() => last.all.length === 2);
    assert.equal(gone.all.length + every.all.length, 0);
});

scenario("Notification_On the user's channel_Listens to notification", async (world) => {
    world.server.welcome = { user_id: "7", user_channel: "private-user.7" };
    const echo = world.echo();
    const got = recorder();
    const user = echo.user().notification(got);
    assert.equal(user, echo.user());
    assert.equal(user.name, null);
    const peer = await world.server.peer(1);
    await peer.accept("private-user.7");
    assert.equal(user.name, "private-user.7");
    peer.event("private-user.7", "notification", { title: "hi" });
    await until(() => got.all.length === 1);
    assert.deepEqual(got.first, [{ title: "hi" }]);
});

scenario("User_Asked for once connected, last too_Subscribes at once", async (world) => {
    world.server.welcome = { user_channel: "private-user.7" };
    const { echo, peer } = await world.connected();
    echo.user().last(5);
    assert.equal((await peer.accept("private-user.7")).last, 5);
});

scenario("User_None on this connection_Is told once, and works when there is one", async (world) => {
    const { echo, peer } = await world.connected();
    const errors = recorder();
    const user = echo.user().error(errors);
    await until(() => errors.all.length === 1);
    assert.equal(errors.first[0].code, "unauthenticated");
    await assert.rejects(user.whisper("x"), { code: "not_subscribed" });
    const late = recorder();
    echo.user().error(late);
    await until(() => late.all.length === 1);

    peer.close(4203);
    await world.reconnect(echo);
    await settle();
    assert.equal(errors.all.length, 1);

    world.server.welcome = { user_channel: "private-user.7" };
    world.server.peers[1].close(4203);
    await world.reconnect(echo);
    await world.server.peers[2].accept("private-user.7");
});

scenario("User_Beside private() of the same name_Share one subscription, not their listeners", async (world) => {
    world.server.welcome = { user_channel: "private-user.7" };
    const { echo, peer } = await world.connected();
    const [own, named] = [recorder(), recorder()];
    echo.private("user.7").listen("a", named);
    echo.user().listen("a", own);
    await peer.accept("private-user.7");
    await settle();
    assert.deepEqual(peer.frames, []);
    peer.event("private-user.7", "a", 1);
    await until(() => own.all.length === 1 && named.all.length === 1);
    echo.leave("user.7");
    await peer.take({ type: "unsubscribe", channel: "private-user.7" });
});

scenario("User_Another one after reconnecting_Moves to that one's channel, afresh", async (world) => {
    world.server.welcome = { user_channel: "private-user.7" };
    const { echo, peer } = await world.connected();
    const got = recorder();
    echo.user().listen("a", got);
    echo.private("user.7");
    await peer.accept("private-user.7", { epoch: "e", offset: 9 });
    await settle();

    world.server.welcome = { user_channel: "private-user.8" };
    peer.close(4203);
    await world.reconnect(echo);
    const next = world.server.peers[1];
    const own = await next.accept("private-user.8");
    assert.equal(own.since, undefined);
    assert.ok((await next.accept("private-user.7")).since); // the app asked for that one by name
    next.event("private-user.7", "a", 1);
    next.event("private-user.8", "a", 2);
    await until(() => got.all.length === 1);
    assert.deepEqual(got.first, [2]);
});

scenario("User_Another one, nobody else listened to the first_The first is let go", async (world) => {
    world.server.welcome = { user_channel: "private-user.7" };
    const { echo, peer } = await world.connected();
    echo.user();
    await peer.accept("private-user.7");
    world.server.welcome = { user_channel: "private-user.8" };
    peer.close(4203);
    await world.reconnect(echo);
    await world.server.peers[1].accept("private-user.8");
    await settle();
    assert.deepEqual(world.server.peers[1].frames, []);
});

scenario("Leave_A bare name_Leaves all three kinds and ignores what still comes", async (world) => {
    const { echo, peer } = await world.connected();
    const got = recorder();
    echo.channel("a").listen("e", got);
    echo.private("a").listen("e", got);
    echo.join("a").listen("e", got);
    for (const name of ["a", "private-a"]) await peer.accept(name);
    await peer.accept("presence-a", { members: [] });
    await settle();

    echo.leave("a");
    for (const channel of ["a", "private-a", "presence-a"]) {
        await peer.take({ type: "unsubscribe", channel });
        peer.event(channel, "e", 1);
        peer.send({ type: "gap", channel, dropped: 1 });
        peer.send({ type: "unsubscribed", channel });
    }
    await settle();
    assert.equal(got.all.length, 0);
    assert.deepEqual(echo.errors, []);

    peer.close(1011);
    await world.reconnect(echo);
    await settle();
    assert.deepEqual(world.server.peers[1].frames, []);
});

scenario("LeaveChannel_A wire name_Leaves that one alone", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("a");
    echo.private("a");
    await peer.accept("a");
    await peer.accept("private-a");
    await settle();
    echo.leaveChannel("private-a");
    echo.leaveChannel("nobody");
    await peer.take({ type: "unsubscribe", channel: "private-a" });
    await settle();
    assert.deepEqual(peer.frames, []);
});

scenario("Leave_In the same turn_Asks the server nothing", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("a");
    echo.leave("a");
    await settle();
    assert.deepEqual(peer.frames, []);
});

scenario("Leave_Awaited_Resolves when the server has answered for all kinds", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("a");
    echo.join("a");
    await peer.accept("a");
    await peer.accept("presence-a", { members: [] });
    await settle();
    let left = false;
    const promise = echo.leave("a").then(() => { left = true; });
    for (const channel of ["a", "presence-a"]) {
        assert.equal(left, false);
        const { id } = await peer.take({ type: "unsubscribe", channel });
        peer.send({ type: "unsubscribed", channel, id });
        await settle();
    }
    await promise;
});

scenario("Leave_Awaited and refused, cut off, not subscribed or not connected_Resolves too", async (world) => {
    const { echo, peer } = await world.connected();
    for (const name of ["a", "b"]) {
        echo.channel(name);
        await peer.accept(name);
    }
    await settle();
    const refused = echo.leave("a");
    await peer.refuse({ type: "unsubscribe" }, "not_subscribed");
    await refused;
    await echo.leave("nobody");

    const cut = echo.leave("b");
    await peer.take({ type: "unsubscribe" });
    peer.cut();
    await cut;
    echo.channel("c");
    await echo.leave("c");
    assert.deepEqual(echo.errors, []);
});

scenario("Leave_From within a listener_Stops the next listeners too", async (world) => {
    const { echo, peer, channel } = await subscribed(world, (echo) => echo.channel("a"), "a");
    const next = recorder();
    channel.listen("e", () => echo.leave("a")).listen("e", next).listenToAll(next);
    peer.event("a", "e", 1);
    await peer.take({ type: "unsubscribe" });
    assert.equal(next.all.length, 0);
});

scenario("Leave_Then join again quickly_Is a fresh subscription of its own", async (world) => {
    const { echo, peer } = await world.connected();
    const [old, fresh] = [recorder(), recorder()];
    const first = echo.channel("a").listen("e", old);
    await peer.accept("a", { epoch: "e", offset: 5 });
    await settle();

    echo.leave("a");
    const second = echo.channel("a").listen("e", fresh);
    assert.notEqual(first, second);
    const { id } = await peer.take({ type: "unsubscribe" });
    const question = await peer.take({ type: "subscribe" });
    assert.equal(question.since, undefined);
    peer.event("a", "e", "still of the old one", { offset: 6 });
    peer.send({ type: "unsubscribed", channel: "a", id });
    peer.send({ type: "unsubscribed", channel: "a", code: 2001, message: "that was the old one" });
    peer.send({ type: "subscribed", channel: "a", id: question.id, epoch: "e", offset: 6 });
    peer.event("a", "e", "new", { offset: 7 });
    await until(() => fresh.all.length > 0);

    assert.deepEqual(fresh.first, ["new"]);
    assert.equal(old.all.length, 0);
    assert.deepEqual(echo.errors, []);
});

scenario("Leave_While subscribing, then again_The first answer is not taken for the second", async (world) => {
    const { echo, peer } = await world.connected();
    echo.channel("a");
    const first = await peer.take({ type: "subscribe" });
    echo.leave("a");
    const errors = recorder();
    const got = recorder();
    echo.channel("a").error(errors).listen("e", got);
    const second = await peer.take({ type: "subscribe" });
    peer.send({ type: "error", code: "forbidden", message: "", channel: "a", id: first.id });
    peer.send({ type: "subscribed", channel: "a", id: second.id });
    peer.event("a", "e", 1);
    await until(() => got.all.length === 1);
    assert.equal(errors.all.length, 0);
});

scenario("Subscribed_Now, late and again_Is told", async (world) => {
    const { echo, peer, channel } = await subscribed(world, (echo) => echo.channel("a"), "a");
    const late = recorder();
    channel.subscribed(late);
    assert.equal(late.all.length, 0); // not within the call
    await until(() => late.all.length === 1);
    peer.close(4200);
    await world.reconnect(echo);
    await world.server.peers[1].accept("a");
    await until(() => late.all.length === 2);
    assert.deepEqual(late.first, [{ recovered: null }, { recovered: null }]);
});

scenario("Whisper_Taken by the server_Resolves", async (world) => {
    const { peer, channel } = await chat(world);
    const sent = channel.whisper("typing", { on: true });
    const frame = await peer.take({ type: "event" });
    assert.deepEqual(frame, { type: "event", channel: "private-chat", event: "client-typing", data: { on: true }, id: frame.id });
    peer.send({ type: "ack", id: frame.id });
    assert.equal(await sent, undefined);

    channel.whisper("bare");
    assert.equal((await peer.take({ type: "event" })).data, null);
});

for (const code of ["client_events_off", "invalid_event", "too_large", "rate_limited", "not_subscribed", "bad_message"]) {
    scenario(`Whisper_${code}_Rejects and tells the error listeners`, async (world) => {
        const { echo, peer, channel } = await chat(world);
        const errors = recorder();
        channel.error(errors);
        const sent = channel.whisper("typing", 1);
        await peer.refuse({ type: "event" }, code, { retry_after: 2 });
        await assert.rejects(sent, {
            name: "EchoError", code, message: `no: ${code}`, retryAfter: 2, channel: "private-chat", event: "client-typing", willRetry: false,
        });
        assert.deepEqual(errors.first.map((error) => error.code), [code]);
        assert.deepEqual(echo.errors, errors.first);
        peer.event("private-chat", "e", 1); // and the subscription lives on
        const got = recorder();
        channel.listen("e", got);
        await until(() => got.all.length === 1);
    });
}

scenario("Whisper_Cannot be sent_Rejects, queues nothing, and may be ignored", async (world) => {
    const unhandled = recorder();
    process.on("unhandledRejection", unhandled);
    try {
        const echo = world.echo();
        const channel = echo.private("chat");
        await assert.rejects(channel.whisper("typing"), { code: "not_connected", channel: "private-chat", event: "client-typing" });
        await world.state(echo, "connected");
        await assert.rejects(channel.whisper("typing"), { code: "not_subscribed" });
        const peer = world.server.peers[0];
        await peer.accept("private-chat");
        await settle();

        const circular = {};
        circular.self = circular;
        await assert.rejects(channel.whisper("typing", circular), TypeError);
        const hanging = channel.whisper("typing");
        channel.whisper("ignored");
        await peer.take({ type: "event" });
        peer.cut();
        await assert.rejects(hanging, { code: "connection_lost" });
        channel.whisper("ignored");

        await world.reconnect(echo);
        await world.server.peers[1].accept("private-chat");
        await settle();
        assert.deepEqual(world.server.peers[1].frames, []);
        assert.equal(unhandled.all.length, 0);
        echo.leave("chat");
        await assert.rejects(channel.whisper("typing"), { code: "not_subscribed" });
    } finally {
        process.off("unhandledRejection", unhandled);
    }
});

scenario("ListenForWhisper_A whisper_Comes under its short name", async (world) => {
    const { peer, channel } = await chat(world);
    const [typing, gone, end] = [recorder(), recorder(), recorder()];
    channel.listenForWhisper("typing", typing).listenForWhisper("typing", gone).listenForWhisper("end", end);
    channel.stopListeningForWhisper("typing", gone);
    peer.event("private-chat", "client-typing", { on: true }, { user_id: "7" });
    peer.event("private-chat", "client-end", 1);
    await until(() => end.all.length === 1);
    assert.deepEqual(typing.first, [{ on: true }]);
    assert.equal(typing.all[0][1].userId, "7");
    assert.equal(typing.all[0][1].event, "client-typing");
    assert.equal(gone.all.length, 0);
});

const alice = { user_id: "a", user_info: { name: "Alice" }, joined_at: "2026-01-31T10:00:00Z" };
const bob = { user_id: "b", user_info: { name: "Bob" }, joined_at: "2026-01-31T10:00:01Z" };
const [aliceHere, bobHere] = [alice, bob].map((m) => ({ id: m.user_id, info: m.user_info, joinedAt: m.joined_at }));

scenario("Presence_Members come and go_Listeners and members agree", async (world) => {
    const { echo, peer } = await world.connected();
    const [here, joining, leaving] = [recorder(), recorder(), recorder()];
    const room = echo.join("room");
    assert.equal(room.here(here).joining(joining).leaving(leaving), room);
    assert.deepEqual(room.members, []);
    await peer.accept("presence-room", { members: [alice] });
    await until(() => here.all.length === 1);
    assert.deepEqual(here.first, [[aliceHere]]);

    const send = (type, member) => peer.send({ type, channel: "presence-room", member });
    send("member_joined", bob);
    await until(() => joining.all.length === 1);
    assert.deepEqual(joining.first, [bobHere]);
    assert.deepEqual(room.members, [aliceHere, bobHere]);

    send("member_joined", { ...bob, user_info: { name: "Bobby" } }); // known: no second joining
    send("member_left", { user_id: "x" }); // unknown: no leaving
    send("member_left", { user_id: "a" });
    await until(() => leaving.all.length === 1);
    assert.deepEqual(leaving.first, [aliceHere]); // as it was known, though the frame has only the id
    assert.equal(joining.all.length, 1);
    assert.deepEqual(room.members, [{ ...bobHere, info: { name: "Bobby" } }]);

    room.members.push("not ours");
    here.first[0].push("not ours");
    assert.equal(room.members.length, 1);
});

scenario("Presence_After a reconnect_here again, with who is there now", async (world) => {
    const { echo, peer, channel: room } = await subscribed(world, (echo) => echo.join("room"), "presence-room", { members: [alice, bob] });
    const here = recorder();
    room.here(here); // late, and told all the same
    await until(() => here.all.length === 1);
    assert.deepEqual(here.first[0], [aliceHere, bobHere]);

    peer.cut();
    await world.state(echo, "reconnecting");
    assert.equal(room.members.length, 2); // the last known ones
    await world.reconnect(echo);
    await world.server.peers[1].accept("presence-room", { members: [bob] });
    await until(() => here.all.length === 2);
    assert.deepEqual(here.first[1], [bobHere]);
    assert.deepEqual(room.members, [bobHere]);
    echo.leave("room");
    assert.deepEqual(room.members, []);
});
