/**
 * Loaded before everything else into the processes of the fault runner: their wall clock can be put forward and back by a message,
 * `{ clockMs: 120000 }`, while monotonic time and timers go on as they are, as when an operator or NTP sets the clock.
 */
const Real = Date;
let offsetMs = 0;
const now = (): number => Real.now() + offsetMs;

const Shifted = new Proxy(Real, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new Real(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});
Real.prototype.constructor = Shifted;
globalThis.Date = Shifted;

process.on('message', (message: unknown) => {
  const wanted = (message as { clockMs?: unknown } | null)?.clockMs;
  if (typeof wanted === 'number') offsetMs = wanted;
});
// A listener alone must not keep a process from its end; nor must it outlive us, which its end of the channel tells.
process.channel?.unref();
