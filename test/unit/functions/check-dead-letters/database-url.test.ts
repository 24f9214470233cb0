import { describe, expect, it } from 'vitest';
import { readDatabaseUrl } from '../../../../functions/check-dead-letters/database-url.ts';

describe('readDatabaseUrl', () => {
  it('reads what it takes to connect, with TLS and the name verified where no mode is named', () => {
    expect(readDatabaseUrl(' postgres://u:p%40%2F@db.example.com/events\n')).toEqual({
      host: 'db.example.com',
      port: 5432,
      user: 'u',
      password: 'p@/',
      database: 'events',
      ssl: {},
      enableChannelBinding: false,
    });
    expect(readDatabaseUrl('postgresql://u:p@[::1]:6432/d')).toMatchObject({
      host: '::1',
      port: 6432,
      ssl: false,
    });
  });

  it.each([
    ['disable', false],
    ['require', { rejectUnauthorized: false }],
    ['verify-ca', { checkServerIdentity: expect.any(Function) }],
    ['verify-full', {}],
  ])('takes sslmode=%s', (mode, ssl) => {
    expect(readDatabaseUrl(`postgres://u:p@db/d?sslmode=${mode}`)).toMatchObject({ ssl });
  });

  it('takes what hosted databases add', () => {
    const url = 'postgres://u:p@db/d?sslmode=require&channel_binding=require&options=project%3Dx';
    expect(readDatabaseUrl(url)).toMatchObject({
      enableChannelBinding: true,
      options: 'project=x',
    });
  });

  it.each([
    '',
    'hunter2',
    'https://u:hunter2@db/d',
    'postgres://u:hunter2#x@db/d',
    'postgres://u:hunter2%00@db/d',
    'postgres://u:hunter2%zz@db/d',
    'postgres://hunter2@db/d',
    'postgres://u:hunter2@/d',
    'postgres://u:hunter2@db',
    'postgres://u:p@db/d?hunter2=1',
    'postgres://u:p@db/d?sslrootcert=/hunter2',
    'postgres://u:hunter2@db/d?sslmode=prefer',
    'postgres://u:hunter2@db/d?sslmode=toString',
    'postgres://u:hunter2@a,b/d',
    'postgres://u:hunter2@db%zz/d',
  ])('tells what is wrong with %j, and no part of it', (text) => {
    const read = readDatabaseUrl(text);
    expect(Object.keys(read)).toEqual(['problem']);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});
