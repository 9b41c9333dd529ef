/* global connect */
// Run by mongosh. The member's name in the set is what clients are told to connect to, so it has to be the private domain; where
// that has changed since, the set is told.
const {
  MONGO_INITDB_ROOT_USERNAME: user,
  MONGO_INITDB_ROOT_PASSWORD: password,
  RAILWAY_PRIVATE_DOMAIN: domain,
} = process.env;
const host = `${domain || 'localhost'}:27017`;
const signIn = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
const admin = connect(`mongodb://${signIn}@127.0.0.1:27017/admin?directConnection=true&serverSelectionTimeoutMS=2000`);

const configOf = () => {
  try {
    return admin.runCommand({ replSetGetConfig: 1 }).config;
  } catch (error) {
    if (error.codeName === 'NotYetInitialized') return undefined;
    throw error;
  }
};

const config = configOf();
if (config === undefined) {
  admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
  console.log(`The replica set rs0 was initiated with ${host}.`);
} else if (config.members[0].host !== host) {
  config.members[0].host = host;
  config.version += 1;
  // Forced: a member that does not find itself in the configuration has no primary that it could ask.
  admin.runCommand({ replSetReconfig: config, force: true });
  console.log(`The replica set rs0 is at ${host} now.`);
}
