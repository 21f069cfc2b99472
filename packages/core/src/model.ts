export type { Model } from './models/model.ts'
