// What an app writes, checked by forms.test.js against the types. Never run.
import DefaultEcho, { Echo } from "../../../src/RfBroadcast.AspNetCore/Client/rf-broadcast.js";
import type {
    Channel, EchoError, EchoOptions, EchoState, EchoStateChange, EventMeta, Gap, Member, PresenceChannel, PrivateChannel,
} from "../../../src/RfBroadcast.AspNetCore/Client/rf-broadcast.js";

interface Order { id: number; carrier: string }
interface Info { name: string }

const options: EchoOptions = { token: async () => "t", autoConnect: false, transports: ["websocket", "sse"], WebSocket, fetch, window };
const echo: Echo = new Echo("/ws", options);
new DefaultEcho(new URL("https://a.test/ws"), { token: "t" });
new Echo("/ws", { token: null });
new Echo("/ws", { token: () => undefined });

const news: Channel = echo.channel("news")
    .listen<Order>("order.shipped", ({ carrier }, { offset }) => carrier.toUpperCase() + (offset ?? 0).toFixed())
    .listen("untyped", (data) => data.anything.goes)
    .listenToAll((event: string, data, meta: EventMeta) => [event.length, data, meta.userId?.length])
    .stopListening("order.shipped").stopListeningToAll()
    .subscribed(({ recovered }) => recovered === true)
    .error((error: EchoError) => [error.message, error.code, error.retryAfter?.toFixed(), error.willRetry])
    .gap(({ reason, dropped }: Gap) => [reason === "slow", dropped?.toFixed()])
    .last(50);
const name: string | null = news.name;

const orders: PrivateChannel = echo.private("orders.7").listen("a", () => {}).listenForWhisper<{ on: boolean }>("typing", ({ on }) => !on);
const sent: Promise<void> = orders.whisper("typing", { on: true });
orders.stopListeningForWhisper("typing");
echo.user().notification<{ title: string }>(({ title }) => title.length);

const room: PresenceChannel<Info> = echo.join<Info>("chat.1")
    .here((members) => members.map(({ id, info }) => id + info.name))
    .joining(({ joinedAt }) => joinedAt?.length)
    .leaving((member: Member<Info>) => member.id)
    .listen("message", () => {});
const everyone: readonly Member<Info>[] = room.members;

echo.listen<Order>("mine", (order) => order.id).stopListening("mine");
const off: () => void = echo.on("state", ({ state, previous, code, reason }: EchoStateChange) => [state, previous, code?.toFixed(), reason.length]);
echo.on("error", (error) => error.code);
echo.off("state");
const state: EchoState = echo.state;
const retryAt: number | null = echo.retryAt;
const transport: "websocket" | "sse" | null = echo.transport;
fetch("/messages", { method: "POST", headers: { "Content-Type": "application/json", ...echo.headers() } });
const id: string | null = echo.socketId();
const left: Promise<void> = echo.leave("chat.1");
const leftOne: Promise<void> = echo.leaveChannel("private-orders.7");
echo.connect();
echo.disconnect();

// @ts-expect-error a public channel cannot whisper
echo.channel("news").whisper("typing");
// @ts-expect-error nor does a private one know who is there
echo.private("news").here(() => {});
// @ts-expect-error no such event
echo.on("stat", () => {});
// @ts-expect-error the state is not the app's to set
echo.state = "failed";

export { name, sent, everyone, off, state, id };
