import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/** Resolves when the condition holds; looks at it after every turn of the event loop. */
export async function until(condition, what = condition) {
    const deadline = Date.now() + 5_000;
    for (;;) {
        const value = condition();
        if (value) return value;
        if (Date.now() > deadline) throw new Error(`Waited in vain for: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
    }
}

/** Everything that is already on its way has arrived, as far as one can tell on loopback. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

/** One connection as the server sees it. `frames` is what the client sent and nobody took yet. */
class Peer {
    frames = [];
    closed = null;
    #socket;

    constructor(socket, url, id) {
        this.#socket = socket;
        this.url = url;
        this.id = id;
        socket.on("message", (text) => this.frames.push(JSON.parse(text)));
        socket.on("close", (code) => { this.closed = code; });
    }

    get token() {
        return this.url.searchParams.get("auth_token");
    }

    send(frame) {
        this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    }

    close(code, reason) {
        this.#socket.close(code, reason);
    }

    /** As when a cable is cut: the client sees 1006. */
    cut() {
        this.#socket.terminate();
    }

    /** Takes the first frame that has these values. */
    async take(shape) {
        const fits = (frame) => Object.entries(shape).every(([key, value]) => frame[key] === value);
        await until(() => this.frames.some(fits), `a frame like ${JSON.stringify(shape)} in ${JSON.stringify(this.frames)}`);
        return this.frames.splice(this.frames.findIndex(fits), 1)[0];
    }

    /** Awaits a subscribe and answers it; returns the question. */
    async accept(channel, answer = {}) {
        const question = await this.take({ type: "subscribe", channel });
        this.send({ type: "subscribed", channel, id: question.id, ...answer });
        return question;
    }

    /** Awaits a frame and answers it with an error. */
    async refuse(shape, code, more = {}) {
        const question = await this.take(shape);
        this.send({ type: "error", code, message: `no: ${code}`, channel: question.channel, id: question.id, ...more });
        return question;
    }

    event(channel, event, data, more = {}) {
        this.send({ type: "event", channel, event, data, timestamp: "2026-01-31T10:00:00.000Z", ...more });
    }

    async pong() {
        const { id } = await this.take({ type: "ping" });
        this.send({ type: "pong", id });
    }
}

/** One stream of server-sent events as the server sees it; what a Peer has, as far as a stream can. */
class StreamPeer {
    closed = false;
    #response;

    constructor(response, url, id) {
        this.#response = response;
        this.url = url;
        this.id = id;
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.on("close", () => { this.closed = true; });
    }

    get channels() {
        return this.url.searchParams.getAll("channel");
    }

    get lastId() {
        return this.url.searchParams.get("last_event_id");
    }

    write(text) {
        this.#response.write(text);
    }

    send(frame) {
        this.write(`data: ${JSON.stringify(frame)}\n\n`);
    }

    /** Says where the client is now: `news=e:5`. */
    position(...parts) {
        this.write(`id: ${[this.id, ...parts].join("&")}\n\n`);
    }

    accept(channel, answer = {}) {
        this.send({ type: "subscribed", channel, ...answer });
    }

    event(channel, event, data, more = {}) {
        this.send({ type: "event", channel, event, data, timestamp: "2026-01-31T10:00:00.000Z", ...more });
    }

    close(code, reason) {
        this.write(`event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`);
        this.end();
    }

    end() {
        this.#response.end();
    }
}

/** A server that speaks the native protocol as far as a test scripts it. */
export class StubServer {
    /** Sent as the first frame, with the connection's id; null sends none. */
    welcome = { ping_interval: 30 };
    /** How handshakes are refused and what the plain GET then says: `{ status, headers, body }`; null lets them in. */
    refusal = null;
    /** How streams are refused, likewise. */
    streamRefusal = null;
    peers = [];
    streams = [];
    /** The plain GETs that came. */
    verdicts = [];
    /** Handshakes, let in or not. */
    handshakes = [];
    #http;
    #sockets = new WebSocketServer({ noServer: true });

    static async start() {
        const server = new StubServer();
        server.#http = createServer((request, response) => server.#verdict(request, response));
        server.#http.on("upgrade", (request, socket, head) => server.#upgrade(request, socket, head));
        await new Promise((resolve) => server.#http.listen(0, "127.0.0.1", resolve));
        server.port = server.#http.address().port;
        server.url = `http://127.0.0.1:${server.port}/ws`;
        return server;
    }

    /** Awaits the connection of that number, counted from 1. */
    async peer(number) {
        await until(() => this.peers.length >= number, `connection ${number}`);
        return this.peers[number - 1];
    }

    async stop() {
        for (const socket of this.#sockets.clients) socket.terminate();
        this.#http.closeAllConnections();
        await new Promise((resolve) => this.#http.close(resolve));
    }

    /** Awaits the stream of that number, counted from 1. */
    async stream(number) {
        await until(() => this.streams.length >= number, `stream ${number}`);
        return this.streams[number - 1];
    }

    #verdict(request, response) {
        const url = new URL(request.url, this.url);
        const wantsStream = request.headers.accept === "text/event-stream";
        if (wantsStream && !this.streamRefusal) {
            const stream = new StreamPeer(response, url, `2.${this.streams.length + 1}`);
            this.streams.push(stream);
            if (this.welcome) stream.send({ type: "connected", connection_id: stream.id, protocol: 1, ...this.welcome });
            return;
        }
        if (!wantsStream) this.verdicts.push(url);
        const { status = 426, headers = {}, body = {} } = (wantsStream ? this.streamRefusal : this.refusal) ?? {};
        response.writeHead(status, { "Content-Type": "application/json", ...headers });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
    }

    #upgrade(request, socket, head) {
        const url = new URL(request.url, this.url);
        this.handshakes.push(url);
        if (this.refusal) {
            socket.end(`HTTP/1.1 ${this.refusal.status} No\r\nConnection: close\r\n\r\n`);
            return;
        }
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
            const peer = new Peer(webSocket, url, `1.${this.peers.length + 1}`);
            this.peers.push(peer);
            if (this.welcome) peer.send({ type: "connected", connection_id: peer.id, protocol: 1, ...this.welcome });
        });
    }
}
