/** The browser client of RfBroadcast. A plain script tag (`rf-broadcast.global.js`) has the same `Echo` as a global. */

export interface EchoOptions {
    /**
     * Sent as the `auth_token` query parameter. A function is asked before every connect, so that each one has a fresh token; with a fixed
     * token, a refusal (401) is final.
     */
    token?: string | null | (() => string | null | undefined | Promise<string | null | undefined>);
    /** Whether to connect at once. Default: true. */
    autoConnect?: boolean;
    /**
     * What may be used. Default: both. A WebSocket is preferred; server-sent events, which only receive, are for where there is none or its
     * handshake does not come through.
     */
    transports?: EchoTransport[];
    /** Another implementation of WebSocket. Default: the global one. */
    WebSocket?: new (url: string) => any;
    /** Another implementation of fetch, which asks why a handshake failed and reads streams. Default: the global one. */
    fetch?: (url: string, init?: any) => Promise<any>;
    /** The page whose events (`online`, `pageshow`, ...) are watched and whose location resolves the address. Default: `globalThis`. */
    window?: any;
    /** Time and chance, for tests. */
    clock?: EchoClock;
}

export type EchoTransport = "websocket" | "sse";

export interface EchoClock {
    /** Milliseconds; should go on while the machine sleeps. */
    now(): number;
    setTimeout(action: () => void, delay: number): any;
    clearTimeout(timer: any): void;
    /** At least 0, less than 1. */
    random(): number;
}

/**
 * - `connecting`: the first attempt since `connect()`
 * - `connected`
 * - `reconnecting`: an attempt failed or the connection was lost, and the client tries again by itself
 * - `disconnected`: `disconnect()` was called, or `connect()` not yet
 * - `failed`: the server said never again; only `connect()` tries once more
 */
export type EchoState = "connecting" | "connected" | "reconnecting" | "disconnected" | "failed";

export interface EchoStateChange {
    state: EchoState;
    previous: EchoState;
    /** The close code, or the HTTP status of a refused handshake; null where there is neither. */
    code: number | null;
    /** Why, for people; may be empty. */
    reason: string;
}

/** What went wrong. The server's codes are in docs/protocol.md, the client's own in docs/client.md. */
export interface EchoError extends Error {
    readonly name: "EchoError";
    /** The code; a number (2000, 2001) when the server ended a subscription. */
    readonly code: string | number;
    /** Seconds to wait, where the server said so. */
    readonly retryAfter: number | null;
    /** The wire name of the channel, or null. */
    readonly channel: string | null;
    /** The wire name (`client-...`) of the whisper that failed, or null. */
    readonly event: string | null;
    /** Whether the client tries again by itself. */
    readonly willRetry: boolean;
}

export interface EventMeta {
    /** The event's name as on the wire. */
    event: string;
    /** The channel's wire name; null for an event sent to this connection alone. */
    channel: string | null;
    /** The place in the channel's history, where it keeps one. */
    offset: number | null;
    /** When it was sent, in ISO 8601. */
    timestamp: string | null;
    /** Who whispered, on presence channels; set by the server. */
    userId: string | null;
}

export interface Member<TInfo = any> {
    id: string;
    /** What the app's authorization said about the user. */
    info: TInfo;
    /** In ISO 8601. */
    joinedAt: string | null;
}

export interface SubscribedInfo {
    /** true: came back with nothing missed; false: messages are gone, see `gap`; null: nothing to come back to. */
    recovered: boolean | null;
}

export interface Gap {
    /**
     * - `expired`, `limit`: the history does not reach back that far
     * - `epoch`: the history was lost
     * - `no_history`: there is none any more
     * - `slow`: this connection was too slow and the channel drops
     */
    reason: "expired" | "limit" | "epoch" | "no_history" | "slow" | (string & {}) | null;
    /** How many, where known. */
    dropped: number | null;
}

export type EventListener<TData = any> = (data: TData, meta: EventMeta) => void;

/** A public channel, and what all channels have. */
export interface Channel {
    /** The wire name, e.g. `private-orders.7`; null on `echo.user()` until the connection has told it. */
    readonly name: string | null;
    /** Calls the listener for each event of that name. */
    listen<TData = any>(event: string, listener: EventListener<TData>): this;
    /** Calls the listener for every event. */
    listenToAll(listener: (event: string, data: any, meta: EventMeta) => void): this;
    /** Removes one listener of that event, or all of them. */
    stopListening(event: string, listener?: EventListener): this;
    /** Removes one listener given to `listenToAll`, or all of them. */
    stopListeningToAll(listener?: (event: string, data: any, meta: EventMeta) => void): this;
    /** Listens to the event named "notification". */
    notification<TData = any>(listener: EventListener<TData>): this;
    /** Called after each subscription: soon, if it stands already, and after every reconnect. */
    subscribed(listener: (info: SubscribedInfo) => void): this;
    /** Called when the server refuses, ends or fails something on this channel: soon, if it has already. */
    error(listener: (error: EchoError) => void): this;
    /** Called when messages of this channel are gone for good. Channels without history cannot tell: use `subscribed` there. */
    gap(listener: (gap: Gap) => void): this;
    /** Asks for up to that many of the latest messages when the channel is first subscribed; they come through `listen`. */
    last(count: number): this;
}

/** A private channel. */
export interface PrivateChannel extends Channel {
    /**
     * Sends a client event (`client-{event}`) to the other subscribers, at most once. Resolves when the server has taken it, rejects with
     * an `EchoError` when it has not; nothing is queued while disconnected. The promise may be ignored.
     */
    whisper(event: string, data?: unknown): Promise<void>;
    /** Calls the listener for whispers of that name. */
    listenForWhisper<TData = any>(event: string, listener: EventListener<TData>): this;
    /** Removes one listener for that whisper, or all of them. */
    stopListeningForWhisper(event: string, listener?: EventListener): this;
}

/** A presence channel: a private one that knows who is there. */
export interface PresenceChannel<TInfo = any> extends PrivateChannel {
    /** Who is there, oneself included: a new array each time. The last known ones while reconnecting. */
    readonly members: Member<TInfo>[];
    /** Called after each subscription: soon, if it stands already, and after every reconnect. */
    here(listener: (members: Member<TInfo>[]) => void): this;
    /** Called when a user comes (never for oneself). */
    joining(listener: (member: Member<TInfo>) => void): this;
    /** Called when a user goes. */
    leaving(listener: (member: Member<TInfo>) => void): this;
}

/** One connection to a server, and its channels. */
export declare class Echo {
    /**
     * @param url The mapped path (`/ws`), or a whole address (http, https, ws or wss).
     * @throws TypeError when the address is none, has `?channel=`, or there is nothing to connect with.
     */
    constructor(url: string | URL, options?: EchoOptions);

    /** What the connection does at the moment. */
    readonly state: EchoState;
    /** What carries the connection; null while not connected. Over "sse" nothing can be sent: whispers are rejected. */
    readonly transport: EchoTransport | null;
    /** While waiting for the next attempt to connect: when that is, in milliseconds since 1970. Otherwise null. */
    readonly retryAt: number | null;
    /** Connects, or tries again at once when waiting; does nothing when connected. */
    connect(): void;
    /** Ends the connection until `connect()`. Channels stay, and come back then with what they missed. */
    disconnect(): void;
    /** The id of this connection, or null. */
    socketId(): string | null;
    /** `{ "X-Socket-ID": id }` for a request whose broadcasts "to others" leave this connection out; `{}` while there is none. */
    headers(): Record<string, string>;

    /** A public channel, by its bare name. The same object for the same channel. */
    channel(name: string): Channel;
    /** A private channel, by its bare name. The same object for the same channel. */
    private(name: string): PrivateChannel;
    /** A presence channel, by its bare name. The same object for the same channel. */
    join<TInfo = any>(name: string): PresenceChannel<TInfo>;
    /** The own channel of the connection's user, whoever that is; `.error` is told if there is none. */
    user(): PrivateChannel;
    /**
     * Leaves the public, the private and the presence channel of that bare name, with all their listeners. The promise resolves when the
     * server has done so, or the connection is gone; it may be ignored.
     */
    leave(name: string): Promise<void>;
    /** Leaves one channel by its wire name; the promise is that of `leave`. */
    leaveChannel(wireName: string): Promise<void>;

    /** Calls the listener for events sent to this connection alone. */
    listen<TData = any>(event: string, listener: EventListener<TData>): this;
    /** Removes one listener of that event, or all of them. */
    stopListening(event: string, listener?: EventListener): this;

    /** Listens to changes of state; returns what ends it. */
    on(name: "state", listener: (change: EchoStateChange) => void): () => void;
    /** Listens to errors of all channels and of the connection; returns what ends it. */
    on(name: "error", listener: (error: EchoError) => void): () => void;
    /** Removes one listener of `on`, or all of that name. */
    off(name: "state", listener?: (change: EchoStateChange) => void): void;
    off(name: "error", listener?: (error: EchoError) => void): void;
}

export default Echo;
