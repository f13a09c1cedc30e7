/** Time that moves only when a test says so. `random` gives 0.5 unless a test sets `chance`. */
export class FakeClock {
    chance = 0.5;
    #now = 1_000_000;
    #lastId = 0;
    #timers = new Map();

    now = () => this.#now;
    random = () => this.chance;

    setTimeout = (action, delay) => {
        if (!(delay >= 0 && delay <= 2 ** 31 - 1)) throw new Error(`No browser takes a delay of ${delay}.`);
        this.#timers.set(++this.#lastId, { due: this.#now + delay, action });
        return this.#lastId;
    };

    clearTimeout = (id) => {
        this.#timers.delete(id);
    };

    /** The waiting times of the timers that are set, shortest first. */
    get waits() {
        return [...this.#timers.values()].map(({ due }) => due - this.#now).sort((a, b) => a - b);
    }

    /** Time passes; what falls due runs when it is due. What is set at the very end is left for the next time, with no delay too. */
    advance(time) {
        const end = this.#now + time;
        const lastId = this.#lastId;
        for (;;) {
            const [id, timer] = this.#next() ?? [];
            if (!timer || timer.due > end || (timer.due === end && id > lastId)) break;
            this.#timers.delete(id);
            this.#now = Math.max(this.#now, timer.due);
            timer.action();
        }
        this.#now = end;
    }

    /** The machine sleeps: what fell due meanwhile runs late. */
    sleep(time) {
        this.#now += time;
        this.advance(0);
    }

    #next() {
        return [...this.#timers].sort(([, a], [, b]) => a.due - b.due)[0];
    }
}
