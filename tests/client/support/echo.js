import { test } from "node:test";
import { WebSocket } from "ws";
import { Echo } from "../../../src/RfBroadcast.AspNetCore/Client/rf-broadcast.js";
import { FakeClock } from "./clock.js";
import { StubServer, until } from "./server.js";

/** A page: an EventTarget with a document and a location, that counts its listeners. */
export class FakeWindow extends EventTarget {
    listeners = 0;
    location;
    document = new (class extends EventTarget {
        visibilityState = "visible";
    })();

    constructor(href) {
        super();
        this.location = { href };
        for (const target of [this, this.document]) {
            const { addEventListener, removeEventListener } = target;
            target.addEventListener = (...args) => { this.listeners++; addEventListener.apply(target, args); };
            target.removeEventListener = (...args) => { this.listeners--; removeEventListener.apply(target, args); };
        }
    }

    fire(type, details = {}) {
        (type === "visibilitychange" ? this.document : this).dispatchEvent(Object.assign(new Event(type), details));
    }
}

/** The world of one test: a server, a clock, a page, and clients that end with the test. */
class World {
    clock = new FakeClock();
    #echoes = [];

    constructor(server) {
        this.server = server;
        this.window = new FakeWindow(`http://127.0.0.1:${server.port}/page/index.html`);
    }

    /** A client; `states` and `errors` record what it tells. */
    echo(options = {}, url = "/ws") {
        const echo = new Echo(url, { WebSocket, clock: this.clock, window: this.window, ...options });
        echo.states = [];
        echo.errors = [];
        echo.on("state", (change) => echo.states.push(change));
        echo.on("error", (error) => echo.errors.push(error));
        this.#echoes.push(echo);
        return echo;
    }

    /** A client that is connected, and its first connection on the server. */
    async connected(options, url) {
        const echo = this.echo(options, url);
        await until(() => echo.state === "connected", "the connection");
        return { echo, peer: this.server.peers.at(-1) };
    }

    /** Awaits a state, then returns its change. */
    async state(echo, state) {
        await until(() => echo.state === state, `state ${state}, it is ${echo.state}`);
        return echo.states.findLast((change) => change.state === state);
    }

    /** Awaits that the client waits for its next attempt, then lets that time pass; returns the time. */
    async reconnect(echo) {
        await this.state(echo, "reconnecting");
        const [wait] = await until(() => this.clock.waits.length > 0 && this.clock.waits, "a timer");
        this.clock.advance(wait);
        await until(() => echo.state === "connected", "the connection after the wait");
        return wait;
    }

    async end() {
        for (const echo of this.#echoes) echo.disconnect();
        await this.server.stop();
    }
}

/** A test in a world of its own. */
export function scenario(name, body) {
    test(name, { timeout: 15_000 }, async () => {
        const world = new World(await StubServer.start());
        try {
            await body(world);
        } finally {
            await world.end();
        }
    });
}

/** A function that keeps what it was called with: the first argument of each call, and all of them in `all`. */
export function recorder() {
    const calls = [];
    const record = (...args) => { calls.push(args); };
    Object.defineProperty(record, "all", { get: () => calls });
    Object.defineProperty(record, "first", { get: () => calls.map(([first]) => first) });
    return record;
}

export { Echo, WebSocket, until };
export { settle } from "./server.js";
