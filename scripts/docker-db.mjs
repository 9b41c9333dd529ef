/** Starts MongoDB, Redis and RabbitMQ in containers for a service that runs outside: `npm run docker:db`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const answers = (args) => spawnSync('docker', args, { stdio: 'ignore', timeout: 30_000 }).status === 0;

const give = (line) => {
  console.error(line);
  process.exit(1);
};

if (!answers(['--version'])) {
  give(
    'There is no docker on the PATH: https://docs.docker.com/get-started/get-docker/. Without it, `npm start` brings its own MongoDB.',
  );
}
if (!answers(['compose', 'version'])) {
  give('Docker is here, but not its compose plugin: https://docs.docker.com/compose/install/');
}
if (!answers(['info']))
  give('Docker is here, but its engine does not answer: start Docker Desktop, or the docker service.');

const { status } = spawnSync('docker', ['compose', '-f', 'docker-compose.dev.yml', 'up', '-d', '--wait'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) give('The servers did not come up; see `docker compose -f docker-compose.dev.yml logs`.');
console.log(`
They are up. Put this into .env, then npm start:

MONGO_URI=mongodb://127.0.0.1:27017/stockroom?replicaSet=rs0
REDIS_URL=redis://127.0.0.1:6379
RABBITMQ_URL=amqp://guest:guest@127.0.0.1:5672

docker compose -f docker-compose.dev.yml down ends them; with -v, their data too.`);
