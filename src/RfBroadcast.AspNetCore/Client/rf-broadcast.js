/**
 * RfBroadcast's browser client: channels, presence and whispers over one WebSocket that comes back by itself, and where there can be
 * none, over server-sent events, which only receive.
 *
 *     const echo = new Echo("/ws", { token: async () => (await fetch("/token")).text() });
 *     echo.private("orders.7").listen("OrderShipped", (order) => show(order.carrier));
 *
 * From the bottom up: Listeners and Backoff; the two transports and which one to take; Connection (the transport and when to open the
 * next one); Requests (which answer belongs to which question); Subscription (one wire name, its position and its members); the
 * channels an app holds; Echo.
 */

/** Times in milliseconds. Those of the protocol are not options: server and client have to agree on them. */
const TIME = Object.freeze({
    backoffUnit: 500,
    backoffMax: 30_000,
    /** What lasted this long was no accept-then-close loop: the next failure starts counting from zero. */
    stable: 5_000,
    /** After 1001 the clients of a drained server come back spread over this time. */
    goingAway: 5_000,
    /** Token, handshake and the `connected` frame together. */
    connect: 15_000,
    pong: 10_000,
    /** The same after a sleep, when a dead connection is likely and somebody is looking at the page. */
    wakePong: 3_000,
    /** A timer that fires this much too late has slept. */
    late: 5_000,
    /** Channels seldom change alone: a stream, whose address names them, is opened anew after this. */
    reopen: 50,
    /** After it fell back to streams, the client tries no WebSocket for this long. */
    retrySocket: 300_000,
    defaultPingInterval: 30_000,
    longestTimer: 2 ** 31 - 1,
});

/**
 * What went wrong, for `.error(f)`, `echo.on("error", f)` and rejected whispers. The code is the server's (2000 or 2001 when it ended a
 * subscription) or one of the client's own, see docs/client.md; the rest is explained in rf-broadcast.d.ts.
 */
class EchoError extends Error {
    constructor(code, message, { retryAfter = null, channel = null, event = null, willRetry = false } = {}) {
        super(message || String(code));
        Object.assign(this, { name: "EchoError", code, retryAfter, channel, event, willRetry });
    }

    static fromFrame({ code, message, retry_after = null, channel = null }, more) {
        return new EchoError(code, message, { retryAfter: retry_after, channel, ...more });
    }
}

/** An app's faulty listener is the app's to see, and nobody else's to suffer. */
function callSafely(listener, ...args) {
    try {
        listener(...args);
    } catch (fault) {
        if (typeof globalThis.reportError === "function") globalThis.reportError(fault);
        else console.error(fault);
    }
}

/** Functions by key. Adding one twice calls it once. */
class Listeners {
    #byKey = new Map();

    add(key, listener) {
        if (typeof listener !== "function") throw new TypeError("A listener must be a function.");
        if (!this.#byKey.has(key)) this.#byKey.set(key, new Set());
        this.#byKey.get(key).add(listener);
    }

    has(key, listener) {
        return this.#byKey.get(key)?.has(listener) ?? false;
    }

    /** Without a listener: all of the key. */
    remove(key, listener) {
        if (listener === undefined) this.#byKey.get(key)?.clear();
        else this.#byKey.get(key)?.delete(listener);
    }

    clear() {
        for (const set of this.#byKey.values()) set.clear();
    }

    /** Returns how many were called. One that another listener just removed is not; one it just added waits for the next. */
    emit(key, ...args) {
        let called = 0;
        for (const listener of [...(this.#byKey.get(key) ?? [])]) {
            if (!this.has(key, listener)) continue;
            called++;
            callSafely(listener, ...args);
        }
        return called;
    }
}

/** Full jitter: a random time in [0, min(30 s, 0.5 s x 2^attempt)]. */
class Backoff {
    #clock;
    #attempt = 0;
    #upSince = null;

    constructor(clock) {
        this.#clock = clock;
    }

    get ceiling() {
        return Math.min(TIME.backoffMax, TIME.backoffUnit * 2 ** this.#attempt);
    }

    next(ceiling = this.ceiling) {
        this.#attempt++;
        return this.#clock.random() * ceiling;
    }

    /** At once, unless that was just tried and did not last. */
    atOnce() {
        return this.next(this.#attempt === 0 ? 0 : this.ceiling);
    }

    reset() {
        this.#attempt = 0;
        this.#upSince = null;
    }

    up() {
        this.#upSince = this.#clock.now();
    }

    down() {
        if (this.#upSince !== null && this.#clock.now() - this.#upSince >= TIME.stable) this.#attempt = 0;
        this.#upSince = null;
    }
}

/** The table of close codes: "stop", "pause", "atOnce" or "backoff". Each attempt asks for a token anew, so 4203 is "atOnce". */
function afterClose(code) {
    if ((code >= 4000 && code < 4100) || code === 1002 || code === 1007 || code === 1009) return "stop";
    if (code === 1001) return "pause";
    if (code >= 4200 && code < 4300) return "atOnce";
    return "backoff";
}

/** `Retry-After` in milliseconds (it is seconds or a date), or null. */
function parseRetryAfter(value, now) {
    if (!value) return null;
    const wait = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
    return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** The address of a plain request to the end point. */
function plainAddress(url) {
    const address = new URL(url);
    address.protocol = url.protocol === "wss:" ? "https:" : "http:";
    return address;
}

/** Asks as a handshake does: cookies go along to another origin too. */
async function ask(fetch, address, accept, signal) {
    return await fetch(address.href, { credentials: "include", cache: "no-store", redirect: "manual", signal, headers: { Accept: accept } });
}

/** Why the server takes no connection. */
async function readVerdict(response) {
    const status = response.status || null; // browsers show a redirect as 0
    let reason = status === null ? "the server redirects" : `HTTP ${status}`;
    try {
        reason = (await response.json()).message || reason;
    } catch {
        // Not JSON: what is known so far is enough.
    }
    return { status, reason, retryAfter: response.headers.get("Retry-After") };
}

const UNREACHABLE = Object.freeze({ status: null, reason: "the server could not be reached", retryAfter: null });

/**
 * A WebSocket. What Connection knows of it, it knows of a stream, too: these members, and the handlers `message(text, amend)`, `heard()`,
 * `reached(channel, offset)`, `outdated()`, and at the end either `refused(verdict)` or `closed(code, reason)`.
 */
class SocketTransport {
    kind = "websocket";
    opened = false;
    #socket;
    #asking = new AbortController();

    constructor(url, { WebSocket, fetch }, handlers) {
        this.#socket = new WebSocket(url.href);
        // The handlers stay when a socket is dropped (some implementations throw an error nobody listens to).
        this.#socket.onopen = () => { this.opened = true; };
        this.#socket.onerror = () => {};
        this.#socket.onmessage = ({ data }) => handlers.message(data);
        this.#socket.onclose = async ({ code, reason }) => {
            if (this.opened) handlers.closed(code, reason);
            else if (!this.#asking.signal.aborted) handlers.refused(await this.#askWhy(url, fetch));
        };
    }

    send(frame) {
        this.#socket.send(JSON.stringify(frame));
    }

    /** What the address says has been asked for by now. */
    settle() {}

    close() {
        this.#asking.abort();
        this.#socket.close(1000);
    }

    /** A browser hides why a handshake failed; a plain GET of the same address tells. */
    async #askWhy(url, fetch) {
        try {
            return await readVerdict(await ask(fetch, plainAddress(url), "application/json", this.#asking.signal));
        } catch {
            return UNREACHABLE;
        }
    }
}

/**
 * A stream of server-sent events, read with fetch, which shows status codes. It only receives: the channels and their positions stand in
 * the address. So it finds the answer to a `subscribe` in what comes, and one it was not opened for makes it outdated.
 */
class StreamTransport {
    kind = "sse";
    opened = false;
    #handlers;
    #reading = new AbortController();
    /** The channels of the address that were not asked for yet. */
    #offered;
    /** Wire name to the `id` of the `subscribe` that waits for its answer. */
    #asked = new Map();
    #block = {};

    constructor(url, { fetch }, handlers, questions) {
        this.#handlers = handlers;
        this.#offered = new Set(questions.map(({ channel }) => channel));
        this.#run(streamAddress(url, questions), fetch);
    }

    send({ type, channel, id }) {
        if (type === "subscribe" && this.#offered.delete(channel)) this.#asked.set(channel, id);
        else if (type === "subscribe" || type === "unsubscribe") this.#handlers.outdated();
    }

    settle() {
        if (this.#offered.size > 0) this.#handlers.outdated(); // left while the stream was being opened
    }

    close() {
        this.#reading.abort();
    }

    async #run(address, fetch) {
        try {
            const response = await ask(fetch, address, "text/event-stream", this.#reading.signal);
            if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
                this.#handlers.refused(await readVerdict(response));
                return;
            }
            this.opened = true;
            await this.#read(response.body.getReader());
            this.#handlers.closed(null, "the stream ended");
        } catch (fault) {
            if (this.opened) this.#handlers.closed(null, fault?.message ?? "the stream broke");
            else this.#handlers.refused(UNREACHABLE);
        }
    }

    async #read(reader) {
        const decoder = new TextDecoder();
        let rest = "";
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            this.#handlers.heard();
            const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
            rest = lines.pop();
            for (const line of lines) this.#line(line);
        }
    }

    #line(line) {
        if (line === "") {
            const block = this.#block;
            this.#block = {};
            this.#dispatch(block);
            return;
        }
        const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
        this.#block[field] = value; // each field comes once in a block; a comment is one without a name
    }

    #dispatch({ event, data, id }) {
        if (event === "close") {
            const { code, reason } = JSON.parse(data);
            this.#handlers.closed(code, reason);
        } else if (data !== undefined) {
            this.#handlers.message(data, (frame) => this.#answer(frame));
        } else if (id !== undefined) {
            for (const part of id.split("&").slice(1)) {
                const [channel, position] = part.split("=");
                this.#handlers.reached(decodeURIComponent(channel), Number(position.split(":")[1]));
            }
        }
    }

    /** What answers a `subscribe` gets its `id`, as if it had been sent. */
    #answer(frame) {
        if ((frame.type === "subscribed" || frame.type === "error") && this.#asked.has(frame.channel)) {
            frame.id = this.#asked.get(frame.channel);
            this.#asked.delete(frame.channel);
        }
    }
}

/** The address of a stream: its channels, where the client was on them, and how many messages to start with. */
function streamAddress(url, questions) {
    const address = plainAddress(url);
    for (const { channel } of questions) address.searchParams.append("channel", channel);
    if (questions.length === 0) address.searchParams.set("channel", ""); // for what is sent to this connection alone

    // One number for all: each subscription takes no more than it asked for.
    const last = Math.max(0, ...questions.map((question) => question.last ?? 0));
    if (last > 0) address.searchParams.set("last", last);

    const returning = questions.filter(({ since }) => since);
    if (returning.length > 0) {
        // The previous connection is named once, and again only where another one is meant.
        const previous = returning[0].since.connection_id ?? "";
        const positions = returning.map(({ channel, since: { epoch, offset, connection_id } }) => {
            const other = (connection_id ?? "") === previous ? "" : `:${connection_id ?? ""}`;
            return `${encodeURIComponent(channel)}=${encodeURIComponent(epoch)}:${offset}${other}`;
        });
        address.searchParams.set("last_event_id", [previous, ...positions].join("&"));
    }
    return address;
}

const TRANSPORTS = ["websocket", "sse"];

/**
 * Which transport the next attempt takes: a WebSocket, unless there is none here or two handshakes in a row failed though the server was
 * well. Then a stream, until some time has passed and a new attempt is due anyway.
 */
class TransportChoice {
    #clock;
    #sockets;
    #streams;
    #failures = 0;
    #retryAt = 0;

    constructor(clock, { transports, WebSocket, fetch }) {
        const unknown = transports.find((transport) => !TRANSPORTS.includes(transport));
        if (unknown !== undefined) throw new TypeError(`There is no transport "${unknown}", only: ${TRANSPORTS.join(", ")}.`);
        this.#clock = clock;
        this.#sockets = transports.includes("websocket") && typeof WebSocket === "function";
        this.#streams = transports.includes("sse") && typeof fetch === "function";
        if (this.#sockets || this.#streams) return;
        throw new TypeError("There is no WebSocket here, and nothing else that may be used: pass one as options.WebSocket.");
    }

    get next() {
        if (!this.#streams) return "websocket";
        const rests = this.#failures >= 2 && this.#clock.now() < this.#retryAt;
        return this.#sockets && !rests ? "websocket" : "sse";
    }

    worked(kind) {
        if (kind === "websocket") this.#failures = 0;
    }

    failed(kind) {
        this.#failures = kind === "websocket" ? this.#failures + 1 : 0;
        this.#retryAt = this.#clock.now() + TIME.retrySocket;
    }
}

/**
 * The connection over one transport, and the next one after it. Knows nothing of channels, but that its owner has questions about them;
 * tells its owner of states, of frames, and when a connection began (`connected`) and ended (`lost`).
 *
 * One timer serves all, as the phases exclude each other: idle (nothing runs), opening (handshake, or asking why it failed),
 * open (heartbeat), reopening (a stream, soon), waiting (for the next attempt), asleep (the page is in the back-forward cache).
 */
class Connection {
    #url;
    #options;
    #clock;
    #owner;
    #backoff;
    #state = "disconnected";
    #phase = "idle";
    #id = null;
    #choice;
    #transport = null;
    /** The current attempt. What holds another one, after an await or from an old transport, is stale and does nothing. */
    #attempt = null;
    #timer = null;
    #retryAt = null;
    #mayHurry = false;
    #tokenRefused = false;
    #pingInterval = TIME.defaultPingInterval;
    #lastHeard = 0;
    #heard = false;
    #checkingAfterSleep = false;
    #pageEvents = [];

    constructor(url, options, clock, owner) {
        this.#url = url;
        this.#options = options;
        this.#clock = clock;
        this.#owner = owner;
        this.#backoff = new Backoff(clock);
        this.#choice = new TransportChoice(clock, options);
    }

    get state() { return this.#state; }

    get retryAt() { return this.#phase === "waiting" ? this.#retryAt : null; }

    get id() { return this.#id; }

    /** The transport while connected, or null. */
    get transport() { return this.#id === null ? null : this.#transport.kind; }

    get receivesOnly() { return this.transport === "sse"; }

    connect() {
        if (this.#phase === "opening" || this.#phase === "open" || this.#phase === "reopening") return;
        const first = this.#phase === "idle";
        if (first) {
            this.#backoff.reset();
            this.#tokenRefused = false;
            this.#listenToPage();
        }
        this.#open();
        if (first) this.#setState("connecting");
    }

    disconnect() {
        this.#end("disconnected");
    }

    /** False when there is no connection to send on. */
    send(frame) {
        if (this.#id === null) return false;
        this.#transport.send(frame);
        return true;
    }

    // Opening

    async #open() {
        const attempt = (this.#attempt = {});
        const stale = () => this.#attempt !== attempt;
        this.#phase = "opening";
        this.#after(TIME.connect, () => {
            // Some proxies do not refuse a handshake, but let it hang.
            if (this.#transport?.opened === false) this.#choice.failed(this.#transport.kind);
            this.#lose("backoff", "the connection did not open in time");
        });

        await null; // a token function may use what `new Echo` is about to return
        if (stale()) return;

        let token;
        try {
            token = typeof this.#options.token === "function" ? await this.#options.token() : this.#options.token;
        } catch (fault) {
            if (stale()) return;
            this.#owner.error(new EchoError("token", `No token: ${fault?.message ?? fault}`, { willRetry: true }));
            if (!stale()) this.#lose("backoff", "no token");
            return;
        }
        if (stale()) return;

        const url = new URL(this.#url);
        if (token) url.searchParams.set("auth_token", token);
        try {
            this.#transport = this.#choice.next === "sse"
                ? new StreamTransport(url, this.#options, this.#handlers(stale), this.#owner.questions())
                : new SocketTransport(url, this.#options, this.#handlers(stale));
        } catch (fault) {
            this.#end("failed", null, fault.message);
        }
    }

    /** What a transport tells, unless nobody cares any more. */
    #handlers(stale) {
        const current = (handle) => (...args) => { if (!stale()) handle(...args); };
        return {
            message: current((text, amend) => this.#receive(text, amend)),
            heard: current(() => this.#hear()),
            reached: current((channel, offset) => this.#owner.reached(channel, offset)),
            outdated: current(() => this.#reopen()),
            refused: current((verdict) => this.#refused(verdict)),
            closed: current((code, reason) => this.#closed(code, reason)),
        };
    }

    #refused({ status, reason, retryAfter }) {
        const { kind } = this.#transport;
        const newToken = typeof this.#options.token === "function";
        if (status === 426 || (status === null && kind === "sse")) this.#choice.failed(kind);
        if (status === 400 || status === 403 || (status === 401 && !newToken)) {
            this.#end("failed", status, reason);
        } else if (status === 401 && !this.#tokenRefused) {
            this.#tokenRefused = true;
            this.#lose("newToken", reason, status);
        } else if (status === 503) {
            const wait = parseRetryAfter(retryAfter, this.#clock.now());
            this.#lose(wait === null ? "backoff" : "retryAfter", reason, status, wait);
        } else {
            this.#lose(kind === "websocket" && this.#choice.next === "sse" ? "fallBack" : "backoff", reason, status);
        }
    }

    // Open

    #hear() {
        this.#lastHeard = this.#clock.now();
        this.#heard = true;
    }

    #receive(text, amend) {
        this.#hear();
        let frame;
        try {
            frame = JSON.parse(text);
        } catch {
            this.#owner.error(new EchoError("bad_frame", "The server sent a frame that is not JSON."));
            return;
        }
        if (frame === null || typeof frame !== "object") return;
        amend?.(frame);
        if (this.#phase === "opening" && frame.type === "connected") this.#connected(frame);
        else this.#owner.frame(frame);
    }

    #connected(frame) {
        this.#phase = "open";
        this.#id = frame.connection_id;
        this.#tokenRefused = false;
        this.#pingInterval = frame.ping_interval > 0 ? frame.ping_interval * 1000 : TIME.defaultPingInterval;
        this.#backoff.up();
        this.#choice.worked(this.#transport.kind);
        this.#watch();
        this.#owner.connected(frame);
        this.#transport?.settle();
        if (this.#id !== null) this.#setState("connected");
    }

    /** Opens a stream anew whose address no longer says what is wanted; to the app it stays connected meanwhile. */
    #reopen() {
        if (this.#phase !== "open") return;
        this.#phase = "reopening";
        this.#after(TIME.reopen, () => {
            this.#drop();
            this.#open();
        });
    }

    /** Looks again when nothing may have been heard for an interval. */
    #watch() {
        this.#checkingAfterSleep = false;
        this.#after(Math.max(0, this.#pingInterval - this.#silence), (late) => {
            if (late) this.#check(TIME.wakePong);
            else if (this.#silence >= this.#pingInterval) this.#check(TIME.pong);
            else this.#watch();
        });
    }

    get #silence() { return Math.max(0, this.#clock.now() - this.#lastHeard); }

    #check(patience) {
        if (this.receivesOnly && this.#silence < this.#pingInterval) {
            this.#watch(); // nobody can be asked, and the server owes nothing yet
            return;
        }
        this.#checkingAfterSleep = patience === TIME.wakePong;
        this.#heard = false;
        this.send({ type: "ping" });
        this.#after(patience, (late) => {
            if (this.#heard) this.#watch();
            else if (late) this.#check(TIME.wakePong); // slept meanwhile: the answer may not have been read yet
            else this.#lose("atOnce", this.receivesOnly ? "the server fell silent" : "the server did not answer a ping");
        });
    }

    #closed(code, reason) {
        const how = afterClose(code);
        if (how === "stop") this.#end("failed", code, reason);
        else this.#lose(how, reason, code);
    }

    // Ending, waiting

    /** Drops what there is and plans the next attempt. */
    #lose(how, reason, code = null, retryAfter = 0) {
        this.#drop();
        let delay;
        if (how === "atOnce") delay = this.#backoff.atOnce();
        else if (how === "newToken" || how === "fallBack") delay = 0; // guarded by #tokenRefused and by #choice
        else if (how === "pause") delay = this.#backoff.next(Math.max(TIME.goingAway, this.#backoff.ceiling));
        else if (how === "retryAfter") delay = retryAfter + this.#backoff.next(Math.max(1000, this.#backoff.ceiling));
        else delay = this.#backoff.next();

        this.#phase = "waiting";
        // A server that asked for time gets it, whoever looks at the page.
        this.#mayHurry = how === "backoff" || how === "atOnce";
        this.#retryAt = this.#clock.now() + delay;
        this.#after(delay, () => this.#open());
        this.#setState("reconnecting", code, reason);
    }

    #end(state, code = null, reason = "") {
        this.#drop();
        this.#phase = "idle";
        for (const [target, type, listener] of this.#pageEvents) target.removeEventListener(type, listener);
        this.#pageEvents = [];
        this.#setState(state, code, reason);
    }

    #drop() {
        const transport = this.#transport;
        this.#clock.clearTimeout(this.#timer);
        this.#timer = null;
        this.#attempt = null;
        this.#transport = null;
        if (this.#id !== null) {
            this.#id = null;
            this.#backoff.down();
            this.#owner.lost();
        }
        transport?.close();
    }

    #setState(state, code = null, reason = "") {
        const previous = this.#state;
        if (state === previous) return;
        this.#state = state;
        this.#owner.state({ state, previous, code, reason });
    }

    #after(delay, action) {
        this.#clock.clearTimeout(this.#timer);
        const due = this.#clock.now() + delay;
        this.#timer = this.#clock.setTimeout(
            () => action(this.#clock.now() - due > TIME.late), Math.min(delay, TIME.longestTimer));
    }

    // The page

    #listenToPage() {
        const { window } = this.#options;
        const on = (target, type, listener) => {
            if (typeof target?.addEventListener !== "function") return;
            target.addEventListener(type, listener);
            this.#pageEvents.push([target, type, listener]);
        };
        on(window, "online", () => this.#wake());
        on(window?.document, "visibilitychange", () => window.document.visibilityState === "visible" && this.#wake());
        on(window, "pageshow", ({ persisted }) => (persisted || this.#phase === "asleep") && this.#wake()); // not after each load
        // An open socket can keep a page out of the back-forward cache, and would be dead when the page came back.
        on(window, "pagehide", () => {
            this.#drop();
            this.#phase = "asleep";
            this.#setState("reconnecting", null, "the page is hidden");
        });
    }

    /** The page may have slept: trust nothing, wait for nothing. */
    #wake() {
        if (this.#phase === "asleep") this.#open();
        else if (this.#phase === "waiting" && this.#mayHurry) this.#open();
        else if (this.#phase === "open" && !this.#checkingAfterSleep) this.#check(TIME.wakePong);
    }
}

/** Questions that carry an `id`, until their answer comes or the connection is lost. */
class Requests {
    #connection;
    #lastId = 0;
    #waiting = new Map();

    constructor(connection) {
        this.#connection = connection;
    }

    /** Calls exactly one of `done(frame)`, `failed(frame)`, `lost()`. False, and none of them, when not connected. */
    send(frame, { done, failed, lost }) {
        const id = ++this.#lastId;
        if (!this.#connection.send({ ...frame, id })) return false;
        this.#waiting.set(id, { done, failed, lost });
        return true;
    }

    /** Whether the frame was an answer. */
    answer(frame) {
        const request = this.#waiting.get(frame.id);
        if (!request) return false;
        this.#waiting.delete(frame.id);
        if (frame.type === "error") request.failed?.(frame);
        else request.done?.(frame);
        return true;
    }

    lose() {
        const requests = [...this.#waiting.values()];
        this.#waiting.clear();
        for (const request of requests) request.lost?.();
    }
}

const RETRIED_ERRORS = new Set(["rate_limited", "unavailable", "internal"]);

/**
 * One wire name on the server, from the first wish for it until it is left. States: idle (to be sent), subscribing, subscribed,
 * waiting (to try again), stopped (the server said no), left.
 *
 * The position is the epoch and the highest offset that was delivered, or that needs no delivery; only a `subscribed` frame sets an
 * epoch. While missed messages are on their way (`#replay`), the position is what was delivered of them, so that a connection that
 * breaks meanwhile loses nothing.
 */
class Subscription {
    /** The channel objects that listen: the one from `channel`, `private` or `join`, and perhaps that of `user()`. */
    links = new Set();
    state = "idle";
    failure = null;
    members = [];
    #core;
    #backoff;
    #timer = null;
    #last = null;
    #position = null;
    /** While missed or last messages are on their way: `{ top }`; for a fresh subscription also `{ fresh, from }`. */
    #replay = null;
    /** The connection that was subscribed when the position was last known to be complete. */
    #positionConnection = null;

    constructor(wireName, core) {
        this.wireName = wireName;
        this.#core = core;
        this.#backoff = new Backoff(core.clock);
    }

    // What the app does

    /** Subscribes when the calling code is through, so that a `.last(50)` chained to it still counts. */
    startSoon() {
        queueMicrotask(() => this.start());
    }

    start() {
        if (this.state !== "idle") return;
        const asked = this.question();
        const sent = this.#core.requests.send({ type: "subscribe", channel: this.wireName, ...asked }, {
            done: (frame) => this.state === "subscribing" && this.#subscribed(frame, asked),
            failed: (frame) => this.state === "subscribing" && this.#refused(frame),
        });
        if (sent) this.state = "subscribing";
    }

    /** Once more, after the server ended or refused it and the app asked for the channel again. */
    restart() {
        if (this.state !== "stopped") return;
        this.#position = null;
        this.failure = null;
        this.state = "idle";
        this.startSoon();
    }

    last(count) {
        this.#last = count;
    }

    /** Resolves when the server has nothing of it any more, or the connection is gone. */
    leave() {
        const known = this.state === "subscribing" || this.state === "subscribed";
        this.#core.clock.clearTimeout(this.#timer);
        this.state = "left";
        this.members = [];
        for (const { listeners } of this.links) listeners.clear();
        return new Promise((resolve) => {
            const end = () => resolve();
            const frame = { type: "unsubscribe", channel: this.wireName };
            const sent = known && this.#core.requests.send(frame, { done: end, failed: end, lost: end });
            if (!sent) end();
        });
    }

    whisper(event, data = null) {
        return new Promise((resolve, reject) => {
            const about = { channel: this.wireName, event };
            const connected = this.#core.connection.id !== null;
            if (!connected) throw new EchoError("not_connected", "A whisper needs a connection.", about);
            if (this.#core.connection.receivesOnly) {
                throw new EchoError("receive_only", "A whisper needs a WebSocket; this connection can only receive.", about);
            }
            if (this.state !== "subscribed") {
                throw new EchoError("not_subscribed", `${this.wireName} is not subscribed.`, about);
            }
            this.#core.requests.send({ type: "event", channel: this.wireName, event, data }, {
                done: () => resolve(),
                failed: (frame) => {
                    const error = EchoError.fromFrame(frame, about);
                    reject(error);
                    this.#core.report(error, this.links);
                },
                lost: () => reject(new EchoError("connection_lost", "The connection ended before the answer.", about)),
            });
        });
    }

    // What the server does

    connectionLost() {
        this.#interrupt();
        const needsToken = this.failure?.code === "unauthenticated"; // and the next connection may have one
        if (this.state !== "stopped" || needsToken) this.state = "idle";
    }

    event(frame) {
        if (this.state !== "subscribed") return;
        if (this.#position && typeof frame.offset === "number") {
            if (frame.offset <= this.#position.offset) return;
            this.#position.offset = frame.offset;
            if (frame.offset >= this.#replay?.top) this.#replayed();
        }
        const meta = eventMeta(frame);
        this.#emit(`event ${frame.event}`, frame.data, meta);
        this.#emit("all", frame.event, frame.data, meta);
    }

    joined({ member }) {
        if (this.state !== "subscribed" || !member) return;
        const joiner = toMember(member);
        const known = this.members.some(({ id }) => id === joiner.id);
        this.members = [...this.members.filter(({ id }) => id !== joiner.id), joiner];
        if (!known) this.#emit("joining", joiner);
    }

    departed({ member }) {
        const leaver = this.members.find(({ id }) => id === member?.user_id);
        if (this.state !== "subscribed" || !leaver) return;
        this.members = this.members.filter((other) => other !== leaver);
        this.#emit("leaving", leaver);
    }

    /** All up to there has come. */
    reached(offset) {
        if (this.state === "subscribed" && offset >= this.#replay?.top) this.#replayed();
    }

    gap({ dropped = null }) {
        if (this.state === "subscribed") this.#emit("gap", { reason: "slow", dropped });
    }

    unsubscribed({ code, message }) {
        if (this.state !== "subscribed" || code === undefined) return;
        this.#interrupt();
        if (code >= 2500) this.#tryAgain(this.#backoff.atOnce());
        else this.#stop(new EchoError(code, message, { channel: this.wireName }));
    }

    /** Ends what needed the running subscription or its connection. */
    #interrupt() {
        this.#core.clock.clearTimeout(this.#timer);
        this.#backoff.down();
        // Asked for the last messages and got none of them yet: still as fresh as a new page.
        if (this.#replay?.fresh && this.#position.offset === this.#replay.from) this.#position = null;
        this.#replay = null;
    }

    /** What a `subscribe` says besides the name. */
    question() {
        if (this.#position) {
            const { epoch, offset } = this.#position;
            return { since: { epoch, offset, connection_id: this.#positionConnection } };
        }
        return this.#last === null ? {} : { last: this.#last };
    }

    #subscribed(frame, asked) {
        this.state = "subscribed";
        this.failure = null;
        this.#backoff.up();
        this.#adopt(frame, asked);
        if (Array.isArray(frame.members)) this.members = frame.members.map(toMember);

        const missed = asked.since && frame.recovered !== true;
        this.#emit("subscribed", { recovered: asked.since ? !missed : null });
        if (this.state === "subscribed" && frame.members) this.#emit("here", [...this.members]);
        if (this.state === "subscribed" && missed) this.#emit("gap", { reason: frame.reason ?? null, dropped: null });
    }

    #adopt({ epoch, offset, recovered }, asked) {
        const inHistory = typeof epoch === "string" && typeof offset === "number";
        if (inHistory && asked.since && recovered === true) {
            this.#position.epoch = epoch;
            if (offset > this.#position.offset) this.#awaitReplay({ top: offset });
            else this.#replayed();
        } else if (inHistory && asked.last && offset > 0) {
            // A stream may bring more than was asked for here.
            const from = this.#core.connection.receivesOnly ? Math.max(0, offset - asked.last) : 0;
            this.#position = { epoch, offset: from };
            this.#positionConnection = this.#core.connection.id;
            this.#awaitReplay({ top: offset, fresh: true, from });
        } else {
            this.#position = inHistory ? { epoch, offset } : null;
            this.#replayed();
        }
    }

    /**
     * The top of the replay itself may never come (it may have left this client out, or be expired), so an event alone cannot tell that
     * all has come. A pong does: it follows whatever was queued before it. On a stream its ids do (`reached`).
     */
    #awaitReplay(replay) {
        this.#replay = replay;
        if (this.#core.connection.receivesOnly) return;
        this.#core.requests.send({ type: "ping" }, { done: () => this.#replay === replay && this.#replayed() });
    }

    #replayed() {
        if (this.#replay) this.#position.offset = Math.max(this.#position.offset, this.#replay.top);
        this.#replay = null;
        this.#positionConnection = this.#core.connection.id;
    }

    #refused(frame) {
        const willRetry = RETRIED_ERRORS.has(frame.code);
        const error = EchoError.fromFrame(frame, { channel: this.wireName, willRetry });
        if (!willRetry) {
            this.#stop(error);
            return;
        }
        this.#tryAgain((error.retryAfter ?? 0) * 1000 + this.#backoff.next());
        this.#core.report(error, this.links);
    }

    #stop(error) {
        this.state = "stopped";
        this.failure = error;
        this.members = [];
        this.#core.report(error, this.links);
    }

    #tryAgain(delay) {
        this.state = "waiting";
        this.#timer = this.#core.clock.setTimeout(() => {
            this.state = "idle";
            this.start();
        }, Math.min(delay, TIME.longestTimer));
    }

    #emit(key, ...args) {
        for (const { listeners } of [...this.links]) listeners.emit(key, ...args);
    }
}

function toMember({ user_id, user_info = null, joined_at = null }) {
    return { id: user_id, info: user_info, joinedAt: joined_at };
}

function eventMeta({ event, channel = null, offset = null, timestamp = null, user_id = null }) {
    return { event, channel, offset, timestamp, userId: user_id };
}

/** In Laravel a leading dot says "the name as it is"; here every name is, so code that comes from there works either way. */
function eventKey(event) {
    if (typeof event !== "string" || event === "") throw new TypeError("An event's name must be a string.");
    return `event ${event.startsWith(".") ? event.slice(1) : event}`;
}

/** Where a channel keeps what is not the app's; private names would not reach the derived classes. */
const LINK = Symbol("link");

/** Whoever asks late is told soon what is so already: not within the call, as that would come before what is chained to it. */
function listenFromNow({ listeners }, key, listener, current) {
    listeners.add(key, listener);
    if (!current()) return;
    queueMicrotask(() => {
        const args = current();
        if (args && listeners.has(key, listener)) callSafely(listener, ...args);
    });
}

/**
 * A channel as the app holds it. `link` is what this object and its subscription share: the listeners, the subscription itself (none
 * yet for the user's own channel before its name is known), and a failure that has no subscription.
 */
class Channel {
    constructor(link) {
        Object.defineProperty(this, LINK, { value: link });
    }

    /** The wire name, e.g. `private-orders.7`; null on `echo.user()` until the connection has told it. */
    get name() {
        return this[LINK].subscription?.wireName ?? null;
    }

    /** Calls `listener(data, meta)` for each event of that name. */
    listen(event, listener) {
        this[LINK].listeners.add(eventKey(event), listener);
        return this;
    }

    /** Calls `listener(event, data, meta)` for every event. */
    listenToAll(listener) {
        this[LINK].listeners.add("all", listener);
        return this;
    }

    /** Removes one listener of that event, or all of them. */
    stopListening(event, listener) {
        this[LINK].listeners.remove(eventKey(event), listener);
        return this;
    }

    /** Removes one listener given to `listenToAll`, or all of them. */
    stopListeningToAll(listener) {
        this[LINK].listeners.remove("all", listener);
        return this;
    }

    /** Listens to the event named "notification". */
    notification(listener) {
        return this.listen("notification", listener);
    }

    /** Calls `listener({ recovered })` after each subscription: soon, if it stands already, and after every reconnect. */
    subscribed(listener) {
        const link = this[LINK];
        const current = () => link.subscription?.state === "subscribed" && [{ recovered: null }];
        listenFromNow(link, "subscribed", listener, current);
        return this;
    }

    /** Calls `listener(error)` when the server refuses, ends or fails something here: soon, if it has already. */
    error(listener) {
        const link = this[LINK];
        const failure = () => link.failure ?? link.subscription?.failure;
        const known = failure(); // a later one comes by itself
        listenFromNow(link, "error", listener, () => known && failure() === known && [known]);
        return this;
    }

    /** Calls `listener({ reason, dropped })` when messages of this channel are gone for good. */
    gap(listener) {
        this[LINK].listeners.add("gap", listener);
        return this;
    }

    /** Asks for up to that many of the latest messages when the channel is first subscribed; they come through `listen`. */
    last(count) {
        if (!Number.isInteger(count) || count < 1) throw new RangeError("last(n) needs a positive whole number.");
        this[LINK].last = count;
        this[LINK].subscription?.last(count);
        return this;
    }
}

/** A channel that needs a grant; its subscribers may whisper to each other where the server allows it. */
class PrivateChannel extends Channel {
    /**
     * Sends a client event to the other subscribers. The promise resolves when the server has taken it, and rejects with an EchoError
     * when it has not; nothing is queued while disconnected. It may be ignored.
     */
    whisper(event, data) {
        const { subscription } = this[LINK];
        const promise = subscription
            ? subscription.whisper(`client-${event}`, data)
            : Promise.reject(new EchoError("not_subscribed", "The user's own channel is not known yet."));
        promise.catch(() => {}); // "typing" is mostly sent without looking back: no unhandled rejections for it
        return promise;
    }

    /** Calls `listener(data, meta)` for whispers of that name. */
    listenForWhisper(event, listener) {
        return this.listen(`client-${event}`, listener);
    }

    /** Removes one listener for that whisper, or all of them. */
    stopListeningForWhisper(event, listener) {
        return this.stopListening(`client-${event}`, listener);
    }
}

/** A private channel that knows who is there. */
class PresenceChannel extends PrivateChannel {
    /** Who is there, oneself included: a new array each time. The last known ones while reconnecting. */
    get members() {
        return [...this[LINK].subscription.members];
    }

    /** Calls `listener(members)` after each subscription: soon, if it stands already, and after every reconnect. */
    here(listener) {
        const current = () => this[LINK].subscription.state === "subscribed" && [this.members];
        listenFromNow(this[LINK], "here", listener, current);
        return this;
    }

    /** Calls `listener(member)` when a user comes. */
    joining(listener) {
        this[LINK].listeners.add("joining", listener);
        return this;
    }

    /** Calls `listener(member)` when a user goes. */
    leaving(listener) {
        this[LINK].listeners.add("leaving", listener);
        return this;
    }
}

/** The address as the socket takes it: absolute, ws or wss. */
function socketUrl(address, window) {
    let url;
    try {
        url = new URL(address, window?.location?.href);
    } catch {
        throw new TypeError(`"${address}" is no address for an Echo: give a path (in a page) or a whole address.`);
    }
    if (url.protocol === "http:") url.protocol = "ws:";
    if (url.protocol === "https:") url.protocol = "wss:";
    if (url.protocol !== "ws:" && url.protocol !== "wss:") throw new TypeError(`An Echo speaks http or ws, not ${url.protocol}`);
    if (url.searchParams.has("channel")) {
        // The server would subscribe before the client can say from where on, and what was missed would stay missed.
        throw new TypeError("Leave ?channel= out of the address and use echo.channel(), private() or join().");
    }
    url.searchParams.set("protocol", "1");
    url.hash = "";
    return url;
}

const SYSTEM_CLOCK = Object.freeze({
    now: () => Date.now(), // wall time: unlike performance.now() it goes on during sleep everywhere
    setTimeout: (action, delay) => globalThis.setTimeout(action, delay),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    random: () => Math.random(),
});

/** Frames about a channel, and who takes them in its subscription. */
const CHANNEL_FRAMES = new Map([
    ["event", "event"], ["member_joined", "joined"], ["member_left", "departed"], ["gap", "gap"], ["unsubscribed", "unsubscribed"],
]);

const ECHO_EVENTS = ["state", "error"];

/** One connection to a server, and its channels. */
class Echo {
    #connection;
    #requests;
    #core;
    #listeners = new Listeners();
    /** Wire name to subscription. */
    #subscriptions = new Map();
    /** The link of `user()`, once asked for. */
    #user = null;
    /** The user's own channel on this connection; undefined while not connected, null when there is no user. */
    #userChannel = undefined;

    /**
     * @param {string | URL} url The mapped path, or a whole address.
     * @param {object} [options]
     * @param {string | (() => string | null | Promise<string | null>)} [options.token] Sent as `auth_token`; a function is asked before every connect.
     * @param {boolean} [options.autoConnect] Whether to connect at once (default: true).
     * @param {("websocket" | "sse")[]} [options.transports] What may be used (default: both).
     * @param {typeof WebSocket} [options.WebSocket] Another implementation.
     * @param {typeof fetch} [options.fetch] Another implementation.
     * @param {object} [options.window] The page whose events are watched and whose location resolves the address.
     * @param {object} [options.clock] `{ now, setTimeout, clearTimeout, random }`, for tests.
     */
    constructor(url, options = {}) {
        const { autoConnect = true, clock = SYSTEM_CLOCK } = options;
        const { WebSocket = globalThis.WebSocket, fetch = globalThis.fetch, window = globalThis, token = null } = options;
        const { transports = TRANSPORTS } = options;
        const address = socketUrl(url, window);
        this.#connection = new Connection(address, { token, transports, WebSocket, fetch, window }, clock, {
            state: (change) => this.#listeners.emit("state", change),
            error: (error) => this.#report(error),
            connected: (frame) => this.#connected(frame),
            frame: (frame) => this.#receive(frame),
            reached: (channel, offset) => this.#subscriptions.get(channel)?.reached(offset),
            lost: () => this.#lost(),
            questions: () => this.#questions(),
        });
        this.#requests = new Requests(this.#connection);
        this.#core = {
            clock, connection: this.#connection, requests: this.#requests,
            report: (error, links) => this.#report(error, links),
        };
        if (autoConnect) this.connect();
    }

    /** "connecting", "connected", "reconnecting", "disconnected" or "failed". */
    get state() {
        return this.#connection.state;
    }

    /** While waiting for the next attempt: when that is, in milliseconds since 1970. Otherwise null. */
    get retryAt() {
        return this.#connection.retryAt;
    }

    /** "websocket", or "sse", which only receives; null while not connected. */
    get transport() {
        return this.#connection.transport;
    }

    /** Connects, or tries again at once when waiting; does nothing when connected. */
    connect() {
        this.#connection.connect();
    }

    /** Ends the connection until `connect()`. Channels stay, and come back then with what they missed. */
    disconnect() {
        this.#connection.disconnect();
    }

    /** The id of this connection, or null. */
    socketId() {
        return this.#connection.id;
    }

    /** The headers of a request whose broadcasts "to others" leave this connection out. */
    headers() {
        const id = this.socketId();
        return id === null ? {} : { "X-Socket-ID": id };
    }

    /** A public channel, by its bare name. */
    channel(name) {
        if (/^(private|presence)-/.test(name)) {
            throw new TypeError(`"${name}" is no public channel: use echo.private() or echo.join() with the bare name.`);
        }
        return this.#open("", name, Channel);
    }

    /** A private channel, by its bare name. */
    private(name) {
        return this.#open("private-", name, PrivateChannel);
    }

    /** A presence channel, by its bare name. */
    join(name) {
        return this.#open("presence-", name, PresenceChannel);
    }

    /** The own channel of the connection's user, whoever that is. */
    user() {
        if (!this.#user) {
            this.#user = { listeners: new Listeners(), subscription: null, failure: null, last: null };
            this.#user.channel = new PrivateChannel(this.#user);
            queueMicrotask(() => this.#bindUser());
        }
        return this.#user.channel;
    }

    /**
     * Leaves the public, the private and the presence channel of that bare name, with all their listeners. The promise resolves when
     * the server has done so, or the connection is gone; it may be ignored.
     */
    async leave(name) {
        await Promise.all(["", "private-", "presence-"].map((prefix) => this.leaveChannel(prefix + name)));
    }

    /** Leaves one channel by its wire name; the promise is that of `leave`. */
    async leaveChannel(wireName) {
        const subscription = this.#subscriptions.get(wireName);
        if (!subscription) return;
        this.#subscriptions.delete(wireName);
        if (subscription.links.has(this.#user)) this.#user = null;
        await subscription.leave();
    }

    /** Calls `listener(data, meta)` for events sent to this connection alone. */
    listen(event, listener) {
        this.#listeners.add(eventKey(event), listener);
        return this;
    }

    /** Removes one listener of that event, or all of them. */
    stopListening(event, listener) {
        this.#listeners.remove(eventKey(event), listener);
        return this;
    }

    /** Listens to "state" (`{ state, previous, code, reason }`) or "error" (an EchoError); returns what ends it. */
    on(name, listener) {
        if (!ECHO_EVENTS.includes(name)) throw new TypeError(`There is no "${name}" here, only: ${ECHO_EVENTS.join(", ")}.`);
        this.#listeners.add(name, listener);
        return () => this.off(name, listener);
    }

    /** Removes one listener of `on`, or all of that name. */
    off(name, listener) {
        this.#listeners.remove(name, listener);
    }

    #open(prefix, name, Kind) {
        if (typeof name !== "string" || name === "") throw new TypeError("A channel's name must be a string.");
        const subscription = this.#subscription(prefix + name);
        if (!subscription.channel) {
            const link = { listeners: new Listeners(), subscription, failure: null, last: null };
            subscription.links.add(link);
            subscription.channel = new Kind(link);
        }
        return subscription.channel;
    }

    #subscription(wireName) {
        let subscription = this.#subscriptions.get(wireName);
        if (subscription) {
            subscription.restart();
        } else {
            subscription = new Subscription(wireName, this.#core);
            this.#subscriptions.set(wireName, subscription);
            subscription.startSoon();
        }
        return subscription;
    }

    /** Ties `user()` to the channel of the user this connection has; another token may have brought another user. */
    #bindUser() {
        const link = this.#user;
        if (!link || this.#userChannel === undefined) return;
        if (link.subscription && link.subscription.wireName !== this.#userChannel) {
            const { wireName, links } = link.subscription;
            links.delete(link);
            link.subscription = null;
            if (links.size === 0) this.leaveChannel(wireName);
        }
        if (this.#userChannel === null) {
            if (link.failure) return;
            link.failure = new EchoError("unauthenticated", "This connection has no user, so there is no channel of its own.");
            this.#report(link.failure, [link]);
            return;
        }
        link.failure = null;
        if (!link.subscription) {
            link.subscription = this.#subscription(this.#userChannel);
            link.subscription.links.add(link);
            if (link.last !== null) link.subscription.last(link.last);
        }
    }

    #connected(frame) {
        this.#userChannel = frame.user_channel ?? null;
        this.#bindUser();
        for (const subscription of [...this.#subscriptions.values()]) subscription.start();
    }

    /** What will be asked when the next connection stands, for one whose address must say it. */
    #questions() {
        return [...this.#subscriptions.values()]
            .filter(({ state }) => state === "idle")
            .map((subscription) => ({ channel: subscription.wireName, ...subscription.question() }));
    }

    #lost() {
        this.#userChannel = undefined;
        for (const subscription of this.#subscriptions.values()) subscription.connectionLost();
        this.#requests.lose();
    }

    #receive(frame) {
        if (this.#requests.answer(frame)) return;
        const subscription = this.#subscriptions.get(frame.channel);
        if (frame.type === "error") this.#report(EchoError.fromFrame(frame), subscription?.links);
        else if (frame.type === "event" && frame.channel === undefined) {
            this.#listeners.emit(`event ${frame.event}`, frame.data, eventMeta(frame));
        } else if (subscription && CHANNEL_FRAMES.has(frame.type)) {
            subscription[CHANNEL_FRAMES.get(frame.type)](frame);
        }
    }

    /** To the channel's listeners, then to Echo's; to the console when there is neither, as silence helps nobody. */
    #report(error, links = []) {
        let told = 0;
        for (const { listeners } of [...links]) told += listeners.emit("error", error);
        told += this.#listeners.emit("error", error);
        if (told === 0) console.warn(`rf-broadcast: ${error.code}: ${error.message} (${error.channel ?? "connection"})`);
    }
}

// --- exports ---
export { Echo, Echo as default };
