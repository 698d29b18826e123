import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas';
import { expect, it } from 'vitest';
import { drawChart } from '../../reports/charts/draw.js';
import { rooflineChart } from '../../reports/charts/roofline.js';
import { resnet8Run } from './fixture.js';

it('draws the title on a machine that has no font', async () => {
  GlobalFonts.removeAll();
  expect(GlobalFonts.families).toEqual([]);
  const image = await loadImage(drawChart(rooflineChart(resnet8Run())));
  // The package's font by its own name and by the one that the charts use.
  expect(GlobalFonts.families.map(({ family }) => family)).toEqual(['DejaVu Sans', 'Diana Report Sans']);
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  // The band of the title and the line below it holds text and nothing else.
  const { data } = context.getImageData(0, 0, image.width, 110);
  const dark = data.filter((value, i) => i % 4 === 0 && value < 100).length;
  expect(dark).toBeGreaterThan(2000);
});
