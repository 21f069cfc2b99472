import type { Language } from './function-words.ts'

/** Abbreviations with a full stop, by what may follow. In lower case, without their last full stop. */
export interface Abbreviations {
  /** Something always follows: titles, `z. B.`, `cf.` */
  readonly open: ReadonlySet<string>
  /** Only before a number or another sign of a reference is it an abbreviation: `No. 5`, `S. 12`. */
  readonly beforeNumber: ReadonlySet<string>
  /** May end a sentence, which the next word tells: `Inc.` */
  readonly ambiguous: ReadonlySet<string>
}

type Lists = readonly [open: string, beforeNumber: string, ambiguous: string]

const lists: Partial<Record<Language, Lists>> = {
  en: [
    'mr mrs ms mx mme mlle dr prof sen rep gov gen adm cmdr col lt maj capt cpl sgt rev hon st mt ft messrs pres amb supt e.g i.e cf viz vs v',
    'no nos vol vols fig figs sec secs art arts ch chs eq eqs p pp ca c approx para jan feb mar apr jun jul aug sep sept oct nov dec ref refs ver ed',
    'jr sr inc ltd co corp dept al esq ave blvd rd bros est a.m p.m ph.d u.s u.k d.c b.c a.d min max resp',
  ],
  de: [
    'hr fr frl fa rd tägl wöchentl ehem gegr verh dr dres prof dipl ing st z.b d.h u.a z.t bzw bspw vgl sog gem lt ggf ca evtl inkl zzgl exkl abzgl insb bes ' +
      'allg geb gest hrsg i.d.r i.e o.ä i.a m.e u.u v.a z.z zz v.l m.w s.o s.u o.g u.ä usw.u n.chr v d i u z b bd',
    'nr nrn abs art abb tab bd aufl s kap ziff rn az zi pos tel jan feb mär apr jun jul aug sep sept okt nov dez jh jhd jhs seite',
    'str mio mrd tsd gmbh co jr sen chr n.chr v.chr z pf u.v.m u.a.m ff f',
  ],
  fr: [
    'm mm mme mmes mlle mlles dr drs pr prof me mgr st ste p.ex c.-à-d cf ex env av apr boul fg hab vs s.e',
    'n no nos art al chap fig p pp vol t éd tél janv févr avr juil sept oct nov déc réf',
    'j.-c cie jr min max',
  ],
  es: [
    'ee sr sra sres sras srta dr dra dres prof profa d dña da lic ing arq gral cnel cap tte sto sta fr p.ej p ej cf vs av avda ' +
      'admón aprox excmo ilmo mons pbro ud uds vd vds',
    's núm núms nº art arts cap caps fig figs pág págs p pp vol t tomo tel n ene feb mar abr may jun jul ago sep sept oct nov dic',
    'uu cía s.a s.l ee.uu a.c d.c c jr a.m p.m hnos',
  ],
  it: [
    'sig sigg sigra sig.ra sig.na dott dott.ssa dr prof prof.ssa avv ing arch rag geom on sen gen col cap ten mons don san ' +
      's ss st p.es es cfr cf vs ca v v.le egr gent spett ecc.za',
    'n nn nr art artt cap capp fig figg pag pagg p pp vol voll tab tel gen feb mar apr mag giu lug ago set sett ott nov dic',
    's.p.a s.r.l a.c d.c jr min max',
  ],
  pt: [
    'sr sra srs sras srta dr dra drs prof profa d da exmo ilmo eng arq gen cel cap ten sto sta p.ex ex cf vs av r v.g',
    'n nº art arts cap caps fig figs pág págs p pp vol tel jan fev mar abr mai jun jul ago set out nov dez',
    'cia ltda s.a a.c d.c jr a.m p.m',
  ],
  nl: [
    'dhr mevr mw mej dr drs ir ing mr prof ds st bijv b.v bv d.w.z o.a m.a.w m.b.t t.a.v i.p.v d.m.v n.a.v o.l.v z.g.a.n ' +
      'i.v.m vgl cf ca resp incl excl gen kol kapt zgn evt t.o.v t.b.v t.w c.q',
    'nr nrs art blz p pp hfst fig afb tab jrg dl tel jan feb mrt apr jun jul aug sept okt nov dec',
    'jr sr n.v m.n v.chr n.chr',
  ],
  pl: [
    'p pp pan dr prof hab inż mgr lek doc gen płk kpt por ks św bp abp red np m.in tj tzn tzw por zob ww ob ul al pl os im ' +
      'ok woj pow gm prok adw śp jw ds sp pt dot zm ur t.j',
    'nr art ust pkt poz rozdz rys tab str s t tel lp sygn',
    'r w godz tys wg n.e p.n.e cd cdn in',
  ],
  ru: [
    'гн г-н г-жа гр тов акад проф доц канд д-р им св ул пл пер наб б-р кв корп обл р-н пос дер т.е т.н т.к и.о ' +
      'см ср напр т.ч букв',
    'д с стр рис табл гл п пп ст ч т тт вып № кн тел янв фев февр апр авг сент окт нояб дек',
    'н.э э',
  ],
  el: [
    'κ κα κος κ.κ δρ καθ αγ αγ βλ πρβλ π.χ δηλ λ.χ τ.μ αρ λεωφ οδ υπ κκ σεβ',
    'σ σελ αρ αριθ άρθ κεφ εικ πίν τόμ τηλ παρ',
    'π.μ μ.μ π.χ μ.χ α.ε χλμ εκ δρχ',
  ],
  ar: ['د أ م ص ج ط هـ ق س ع أ.د ا.د م.د', 'ص ج ط رقم', 'هـ م ق.م إلخ الخ'],
  hi: ['डॉ डा श्री प्रो पं कु सु मो ले जन कि मि.ली', 'सं पृ क्र नं', 'ई.पू ई कि.मी कि.ग्रा रु आदि मी से.मी बी.ए एम.ए'],
  cs: [
    'p pí sl pan mgr ing arch bc mudr judr phdr rndr mvdr paedr thdr prof doc dr sv tzv tzn tj např resp cca vč popř event mj srov vs gen plk kpt por ul nám tř',
    'č čís čj str s obr tab kap odst čl sv roč tel r hod led úno bře dub kvě čvn čvc srp zář říj lis pro',
    'atd apod aj csc drsc dis mba st stol n.l př.n.l s.r.o a.s o.p.s z.s',
  ],
  da: [
    'hr fr frk dr prof cand mag ing f.eks bl.a dvs jf ca evt inkl ekskl vedr pga mht ift ifm adv sct skt gl ndr sdr kl nr',
    's nr kl tlf bd kap fig jan feb mar apr jun jul aug sep sept okt nov dec',
    'osv mv m.v m.m m.fl mio mia kr tsk stk a/s aps f.kr e.kr',
  ],
  sv: [
    'hr fr dr prof fil civ ing t.ex bl.a d.v.s dvs jfr ca inkl exkl s.k resp fr.o.m t.o.m p.g.a f.d m.a.o ung kl nr st',
    's nr kl tel bd kap fig jan feb mars apr juni juli aug sep sept okt nov dec',
    'osv m.m m.fl o.d o.s.v f.kr e.kr ö.h',
  ],
  tr: [
    'sn dr prof doç yrd av müh arş öğr gör alb yzb org krş bkz örn vb m.ö m.s t.c cad sok mah apt blv no',
    's sf sh no tel cilt böl şek oca şub mar nis may haz tem ağu eyl eki kas ara',
    'vs vd vb ltd şti a.ş',
  ],
  uk: [
    'п пп пан пані гр тов акад проф доц канд д-р інж ім св вул пл просп пров бул смт обл р-н ст о див порівн напр т.з тобто',
    'с стор рис табл гл п пп ст ч т тт вип кн тел № січ лют бер квіт трав черв лип серп вер жовт лист груд',
    'р рр н.е е тис ін т.д т.п т.ін',
  ],
  vi: ['tp ts ths gs pgs bs ks ls nsnd nsưt đ/c q p h tx ubnd vd cf', 'tr st số đt t', 'v.v tcn scn'],
  he: ['ד"ר פרופ גב עמ', 'עמ מס', 'וכו וגו'],
}

const none: Lists = ['', '', '']
const read = new Map<Language, Abbreviations>()

/** The abbreviations of a language; English ones too, which occur in texts of every language. */
export function abbreviationsOf(language: Language): Abbreviations {
  const known = read.get(language)
  if (known) return known
  const [open, beforeNumber, ambiguous] = lists[language] ?? none
  const english =
    language === 'en' ? none : ['prof dr mr mrs st vs cf e.g i.e', 'vol fig p pp', 'inc ltd corp jr sr u.s u.k']
  const setOf = (own: string, other = ''): ReadonlySet<string> => new Set(`${own} ${other}`.trim().split(/\s+/))
  const found = {
    open: setOf(open, english[0]),
    beforeNumber: setOf(beforeNumber, english[1]),
    ambiguous: setOf(ambiguous, english[2]),
  }
  read.set(language, found)
  return found
}

/** Whether a text ends with an abbreviation that a number or a name must follow: `see Fig.`, `Dr.` */
export function endsWithAbbreviation(text: string, language: Language): boolean {
  const word = /(?:^|[\s("'“‘„«[])([^\s("'“‘„«[]{1,20})\.$/u.exec(text.slice(-24))?.[1]?.toLowerCase()
  if (word === undefined) return false
  const { open, beforeNumber } = abbreviationsOf(language)
  return open.has(word) || beforeNumber.has(word)
}
