// Loaded before lumigo-cli (node -r): sends its AWS SDK 2, which does not know AWS_ENDPOINT_URL, to that
// address, and its usage statistics nowhere. Nothing of its command is changed.
const Module = require('node:module');

const load = Module._load;
Module._load = (request, ...rest) => {
  if (request === 'analytics-node')
    return class {
      track() {}
    };
  const loaded = load(request, ...rest);
  if (request === 'aws-sdk') loaded.config.update({ endpoint: process.env.AWS_ENDPOINT_URL });
  return loaded;
};
