import { fieldsAsMarkdown } from '../../sim/isa/instruction.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { REGISTERS } from '../../sim/isa/registers.js';
import { filled } from '../filled.js';

/** Sources of the parameters' defaults, as sim/isa/parameters.ts notes them beside the values. */
const SOURCES: Readonly<Record<string, string>> = {
  'chip.clockHz': '[htvm] nominal; DORY says 100 MHz',
  'chip.l2Bytes': '[sdk]',
  'chip.l2ReservedBytes': '[ours]',
  'chip.l1Bytes': '[paper, dory, match]',
  'chip.weightMemoryBytes': '[paper, match]',
  'cycles.copySetup': '[match]',
  'cycles.bytesPerCycle': '[match]',
  'cycles.weightBytesPerCycle': '[match]',
  'cycles.instructionBytesPerCycle': '[match]',
  'cycles.convPaddingRows': '[match] skips them',
  'cycles.fcCyclesPerLine': '[ours]',
  'cycles.convCyclesPerChannelRow': '[match]',
  'cycles.convBlockOverhead': '[match]',
  'cycles.fcBlockOverhead': '[ours], uncalibrated',
  'cycles.sumCyclesPerLine': '[ours]',
  'cycles.sumOverhead': '[ours]',
  'cycles.launch': '[ours], after match',
  'cycles.tileLoop': '[match]',
};

function parameterRows(): string[] {
  const groups = {
    chip: DEFAULT_PARAMETERS.chip,
    cycles: DEFAULT_PARAMETERS.cycles,
    host: DEFAULT_PARAMETERS.host,
  };
  return Object.entries(groups).flatMap(([group, values]) =>
    Object.entries(values).map(([name, value]) => {
      const source =
        SOURCES[`${group}.${name}`] ??
        (group === 'host' ? '[ours] calibrated on the SoC model, -O2' : '[ours]');
      return `| \`${group}.${name}\` | ${value} | ${source} |`;
    }),
  );
}

const hexByte = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

/** The generated parts of docs/hardware-model.md, by the name in their marker comment. */
export const hardwareTables = (): Readonly<Record<string, string>> => ({
  registers: ['| offset | register |', '| --- | --- |']
    .concat(Object.entries(REGISTERS).map(([name, offset]) => `| ${hexByte(offset)} | \`${name}\` |`))
    .join('\n'),
  instruction: fieldsAsMarkdown(),
  parameters: ['| parameter | default | source |', '| --- | --- | --- |', ...parameterRows()].join('\n'),
});

/** `text` with each generated part in place of what stands between its markers. */
export const fillTables = (text: string): string => filled(text, hardwareTables(), 'docs/hardware-model.md');
