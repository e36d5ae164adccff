// AWS's runtime client for Node takes its HTTP calls from a native add-on. Loaded before it, this makes the same calls (they return when they
// are answered, as those of the add-on do) and leaves all the rest of the client as AWS publishes it.
const { spawnSync } = require('node:child_process');
const { get } = require('node:http');
const Module = require('node:module');

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

const addon = {
  next: () =>
    new Promise((resolve, reject) => {
      get(`${base}/next`, (answer) => {
        let bodyJson = '';
        answer.setEncoding('utf8').on('data', (text) => (bodyJson += text));
        answer.on('end', () => resolve({ bodyJson, headers: answer.headers }));
      }).on('error', reject);
    }),
  done: (id, body) => post(`${base}/${id}/response`, body),
  error: (id, body) => post(`${base}/${id}/error`, body),
};

function post(url, body) {
  const send = 'fetch(process.argv[1], { method: "POST", body: require("node:fs").readFileSync(0) })';
  spawnSync(process.execPath, ['-e', send, url], { input: body });
}

// oxlint-disable no-underscore-dangle -- that is what Node calls it
const load = Module._load;
Module._load = (request, ...rest) => (request.endsWith('rapid-client.node') ? addon : load(request, ...rest));
