import { parentPort } from 'node:worker_threads'

import { scanVectors } from './scan-vectors.ts'
import type { VectorScan } from './scan-vectors.ts'

// The vectors are in shared memory: a message holds no more than its handles.
parentPort?.on('message', (scan: VectorScan) => parentPort?.postMessage(scanVectors(scan)))
