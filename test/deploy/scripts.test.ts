import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';

const deploy = join(__dirname, '..', '..', 'deploy');

describe('deploy/create-namespace.sh', () => {
  it('creates the search attributes of the interface, by name and type', async () => {
    const script = await readFile(join(deploy, 'create-namespace.sh'), 'utf8');
    const created = [...script.matchAll(/^(Wx\w+)=(\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(created)).toEqual(SEARCH_ATTRIBUTE_TYPES);
  });
});

describe('docker-compose.yml', () => {
  it('publishes the UI and the webhook on loopback, and nothing else', async () => {
    const compose = await readFile(join(deploy, '..', 'docker-compose.yml'), 'utf8');
    const published = [...compose.matchAll(/^ +ports: *(.*)$/gm)].map(([, ports]) => ports);
    expect(published).toEqual(["['127.0.0.1:8080:8080']", "['127.0.0.1:8081:8080']"]);
  });

  it('pins every image', async () => {
    const compose = await readFile(join(deploy, '..', 'docker-compose.yml'), 'utf8');
    const images = [...compose.matchAll(/^ +image: *(.*)$/gm)].map(([, image]) => image);
    expect(images.length).toBeGreaterThan(4);
    expect(images.filter((image) => !/:(\d+\.\d+(\.\d+)?|local)$/.test(image ?? ''))).toEqual([]);
  });
});
