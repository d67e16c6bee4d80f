import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { domainAmendmentDifferences, domainDifferences } from '../../../src/wechatpay/h5-domain/compare';
import { parseH5DomainReviewNotification } from '../../../src/wechatpay/h5-domain/notifications';
import { parseH5ReviewNotification } from '../../../src/wechatpay/h5/notifications';
import { openNotification } from '../../../src/wechatpay/v3/notification';
import { simulated } from '../simulated';
import { modification } from './modifications';

const wanted = { ...modification, notify_url: undefined };

it('a modification is rejected, amended under its numbers, and approved', async () => {
  const { h5Domain, simulator, pass } = await simulated();
  simulator.script({ h5Domain: { states: [{ after: 1, state: 'REJECTED' }], audit_reject_detail: 'wrong owner' } });
  const made = await h5Domain.create(wanted);
  expect(made).toMatchObject({ applyment_state: 'PENDING', out_applyment_id: '123456', website_url: 'https://qq.com' });
  expect(domainDifferences(wanted, made)).toEqual([]);
  const { applyment_id } = made;
  await expect(h5Domain.amend(applyment_id, { domains: ['qq.cn'] })).rejects.toMatchObject({
    call: 'h5 domain amend',
    httpStatus: 400,
  });
  pass(1);
  expect(await h5Domain.query(applyment_id)).toMatchObject({
    applyment_state: 'REJECTED',
    audit_reject_detail: 'wrong owner',
  });
  const amended = await h5Domain.amend(applyment_id, { domains: ['qq.cn'], website_url: 'https://qq.cn' });
  expect(amended).toMatchObject({ applyment_id, applyment_state: 'PENDING', website_url: 'https://qq.cn' });
  expect(domainAmendmentDifferences({ domains: ['qq.cn'], website_url: 'https://qq.cn' }, amended)).toEqual([]);
  pass(10);
  expect(await h5Domain.query(applyment_id)).toMatchObject({ applyment_state: 'APPROVED', domains: ['qq.cn'] });
});

it("the caller's own domains are changed without a sub-merchant", async () => {
  const { h5Domain, credentials } = await simulated();
  const own = { ...wanted, sub_mchid: undefined };
  const made = await h5Domain.create(own);
  expect(made.sub_mchid).toBe(credentials.mchid);
  expect(domainDifferences(own, made)).toEqual([]);
});

it('a repeat of the same number changes nothing; other data under it is refused', async () => {
  const { h5Domain, simulator } = await simulated();
  const { applyment_id } = await h5Domain.create(wanted);
  expect(await h5Domain.create(wanted)).toMatchObject({ applyment_id });
  await expect(h5Domain.create({ ...wanted, domains: ['qq.cn'] })).rejects.toMatchObject({ httpStatus: 400 });
  await expect(h5Domain.create({ ...wanted, out_applyment_id: '2' })).rejects.toMatchObject({ errorClass: 'REFUSED' });
  expect(simulator.ledger({ effect: 'applied' })).toMatchObject([{ count: 1 }]);
});

it('an unknown number is found by nobody, and a number of the other kind neither', async () => {
  const { h5, h5Domain } = await simulated();
  const { applyment_id } = await h5Domain.create(wanted);
  expect(await h5Domain.query('1')).toBeUndefined();
  expect(await h5.query(applyment_id)).toBeUndefined();
});

it('the result arrives, is opened, and is told from one about the permission', async () => {
  const { h5, h5Domain, keyRing, credentials, pass } = await simulated();
  const opened: unknown[] = [];
  const webhook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (bytes: Buffer) => chunks.push(bytes));
    request.on('end', () => {
      const received = { rawBody: Buffer.concat(chunks), headers: request.headers, keyRing };
      void openNotification({ ...received, apiV3Keys: [Buffer.from(credentials.apiV3Key)] }).then(({ resource }) => {
        opened.push(resource);
        response.writeHead(200).end('{"code":"SUCCESS"}');
      });
    });
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void webhook.close());
  const notify_url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/x`;

  const { applyment_id } = await h5Domain.create({ ...wanted, notify_url });
  pass(10);
  await expect.poll(() => opened).toHaveLength(1);
  expect(parseH5DomainReviewNotification(opened[0])).toMatchObject({
    applyment_id,
    applyment_state: 'APPROVED',
    out_applyment_id: '123456',
    website_url: 'https://qq.com',
  });
  expect(() => parseH5ReviewNotification(opened[0])).toThrow('the result of a domain modification');

  const { sub_mchid, domains, website_url } = modification;
  const application = await h5.create({ sub_mchid: sub_mchid!, domains, website_url, notify_url });
  pass(10);
  await expect.poll(() => opened).toHaveLength(2);
  expect(parseH5ReviewNotification(opened[1])).toMatchObject({ applyment_id: application.applyment_id, sub_mchid });
  expect(() => parseH5DomainReviewNotification(opened[1])).toThrow('the result of an application');
});
