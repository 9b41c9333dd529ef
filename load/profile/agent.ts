import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/**
 * Loaded into the service before its own code, by `--import`: SIGUSR2 begins a CPU profile, the next one ends it and writes it to
 * `PROFILE_FILE`. The window that is profiled is thus the window that is measured, without the start and without the audit.
 */
const samplingUs = 500;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: samplingUs });

let running = false;

const onSignal = async (): Promise<void> => {
  running = !running;
  if (running) {
    await session.post('Profiler.start');
    return;
  }
  const { profile } = await session.post('Profiler.stop');
  const file = process.env['PROFILE_FILE'] ?? 'service.cpuprofile';
  // Whoever waits for the file finds it whole.
  writeFileSync(`${file}.part`, JSON.stringify(profile));
  renameSync(`${file}.part`, file);
};

process.on('SIGUSR2', () => {
  onSignal().catch((error: unknown) => console.error('The profile could not be made:', error));
});
