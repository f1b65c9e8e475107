// A provider of OpenID Connect on 127.0.0.1, which isn't ours: node-oidc-provider, which is
// certified, with one client and its own pages to sign in. Any password is right there.
//
//	node provider.mjs OPTIONS
//
// OPTIONS are JSON: module (the path of node-oidc-provider), port, redirect (where it may
// send people back to), secret (the client's), algorithm (by which it signs, with a new key
// each time), and inToken (true: the ID token has what it says of people; false: its
// userinfo endpoint has).
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const { module, port, redirect, secret, algorithm, inToken } = JSON.parse(process.argv[2]);
const { default: Provider } = await import(module);

// What some send as a list others send as a text.
const groups = { viewer: ['everybody'], editor: ['everybody', 'editorial'], operator: 'it', nobody: ['guests'] };

const { privateKey } = algorithm === 'RS256'
  ? generateKeyPairSync('rsa', { modulusLength: 2048 })
  : generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'tips',
    client_secret: secret,
    redirect_uris: [redirect],
    id_token_signed_response_alg: algorithm,
  }],
  claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
  conformIdTokenClaims: !inToken,
  cookies: { keys: [randomUUID()] },
  enabledJWA: { idTokenSigningAlgValues: [algorithm] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, email: `${id}@example.com`, email_verified: true, groups: groups[id] }),
  }),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: algorithm }] },
  pkce: { required: () => true },
});

createServer(provider.callback()).listen(port, '127.0.0.1', () => console.log('ready'));
