import { mapStore } from '@skein/memory'
import { describeStore } from '@skein/memory/testing'

describeStore('mapStore', { create: () => mapStore(), parts: ['history'] })
