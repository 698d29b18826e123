/**
 * diana-sim in Node: everything of `diana-sim`, and what needs files, tools or sockets. Importing it keeps tfjs from changing how the
 * process ends on an exception.
 *
 *     import { loadModelFile, verify, writeReport } from 'diana-sim/node';
 *     writeReport('report', await verify(loadModelFile('net.onnx')));
 *
 * @module
 */
import { useSha256InNode } from './node/sha256-in-node.js';
import { useTfjsInNode } from './node/tfjs-in-node.js';

useTfjsInNode();
useSha256InNode();

export { chartFiles, drawCharts, reportFiles } from '../reports/files.js';
export * from './index.js';
export { writeFileAtomic, writeFolderAtomic } from './node/atomic-write.js';
export { readBaselineFile, readBaselines } from './node/baseline-file.js';
export { type GdbServer, type SessionEnd, serveGdb } from './node/gdb/server.js';
export { readHardwareFile } from './node/hardware-file.js';
export { type FileLoadOptions, loadModelFile } from './node/model-file.js';
export { readNpyFile, readNpzFile } from './node/npy-file.js';
export { readProgram, writeProgram } from './node/program-folder.js';
export { readRecorded } from './node/recorded-folder.js';
export { parametersIn, writeModelFiles } from './node/relay-files.js';
export { writeReport } from './node/report-folder.js';
export { type BuiltElf, buildElf, type ProgramSizes } from './node/toolchain/cross.js';
export { ToolError } from './node/toolchain/tool.js';
export { type NativeVerdict, verifyNative } from './node/verify-native.js';
export { verifyOnSoc } from './node/verify-on-soc.js';
