import type { AnalogCore, AnalogJobReport } from '../../core/analog-core.js';
import { ANALOG_REGISTERS, type AnalogRegister, analogRegisterName } from '../../isa/analog/registers.js';
import { MEMORY_MAP } from '../../isa/geometry.js';
import type { AnalogJob } from './accelerator-job.js';
import { AcceleratorPort, busyCyclesOf, type PortHooks, type Started } from './accelerator-port.js';

/** The register port of the analog core. */
export class AnalogPort extends AcceleratorPort<AnalogRegister, AnalogJobReport> {
  constructor(core: AnalogCore, hooks: PortHooks<AnalogJobReport>) {
    super(
      {
        name: 'analog core',
        base: MEMORY_MAP.analogCore,
        registerName: analogRegisterName,
        trigger: ANALOG_REGISTERS.TRIGGER,
        busyCycles: (report) => (report.kind === 'analog' ? busyCyclesOf(report.cycles) : report.cycles),
        jobName: (index) => `job ${index} of the analog core`,
      },
      core,
      hooks,
    );
  }

  protected job(started: Started<AnalogRegister, AnalogJobReport>): AnalogJob {
    return { core: 'analog', ...started };
  }
}
