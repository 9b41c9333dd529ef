import { parse } from 'node:querystring';
import type { Request } from 'express';
import { goesPastCache } from '../../../src/utils/past-cache.js';

const get = (url: string, headers: Record<string, string> = {}): Request =>
  ({ url, headers, query: parse(url.split('?')[1] ?? '') }) as unknown as Request;

describe('goes past the cache', () => {
  it.each([
    '/products?inStock=true',
    '/products?limit=5&inStock=false',
    '/products?in%53tock=true',
    '/products?inStock',
    '/products?sort=stock',
    '/products?sort=-stock&limit=5',
    '/products?sort=%2Dstock',
    '/products?sort=name&sort=stoc%6b',
    '/products?q=a+b&sort=stock',
  ])('when %s is asked for, then it does', (url) => {
    expect(goesPastCache(get(url))).toBe(true);
  });

  it.each([
    '/products',
    '/products?limit=5&sort=-price',
    '/products?q=inStock',
    '/products?q=sort%3Dstock',
    '/products?sort=stockings',
    '/products?tag=a+b&q=100%25',
  ])('when %s is asked for, then it does not', (url) => {
    expect(goesPastCache(get(url))).toBe(false);
  });

  it('when the caller asks for it, then any read does', () => {
    expect(goesPastCache(get('/products/1', { 'cache-control': 'no-cache' }))).toBe(true);
    expect(goesPastCache(get('/products/1', { 'cache-control': 'max-age=0, No-Cache' }))).toBe(true);
    expect(goesPastCache(get('/products/1', { 'cache-control': 'no-store' }))).toBe(false);
  });
});
