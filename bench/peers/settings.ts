/** What a peer is told by its environment. */
export const settings = {
  databaseUrl: told('DATABASE_URL'),
  /** `iss` and `aud` of access tokens. */
  issuer: told('ISSUER'),
  poolSize: Number(told('POOL_SIZE')),
  port: Number(told('PORT')),
};

function told(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing.`);
  return value;
}
