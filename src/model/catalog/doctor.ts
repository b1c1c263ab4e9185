import type { Language } from "../view.ts";
import { type DoctorWords, doctorEn } from "./doctor-en.ts";
import { doctorZh } from "./doctor-zh.ts";

export type { DoctorWords } from "./doctor-en.ts";

/** What `hotline doctor` says; the lines of the channels are in `doctor-channels.ts`. */
export const doctorWords: Readonly<Record<Language, DoctorWords>> = { en: doctorEn, "zh-CN": doctorZh };
