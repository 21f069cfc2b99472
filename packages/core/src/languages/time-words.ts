/** Words that tell a time wherever they stand alone, in languages that separate words. */
const words = new Set(
  (
    'january february april june july august september october november december monday mondays tuesday tuesdays ' +
    'wednesday wednesdays thursday thursdays friday fridays saturday saturdays sunday sundays spring summer autumn winter ' +
    'noon midnight januar februar märz juni juli oktober dezember montag montags dienstag dienstags mittwoch mittwochs ' +
    'donnerstag donnerstags freitag freitags samstag samstags sonntag sonntags werktags uhr frühling frühjahr sommer ' +
    'herbst janvier février avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi ' +
    'vendredi samedi dimanche heures printemps automne hiver enero febrero marzo abril mayo junio julio agosto ' +
    'septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo primavera verano otoño ' +
    'invierno horas gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre lunedì martedì mercoledì ' +
    'giovedì venerdì sabato domenica autunno inverno janeiro fevereiro março maio junho julho setembro outubro ' +
    'dezembro segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábados domingos manhã januari februari ' +
    'maart mei augustus maandag dinsdag woensdag donderdag vrijdag zaterdag zondag uur lente zomer herfst lutego lutym ' +
    'luty maja maju marca marcu marzec lipca lipcu lipiec kwietnia kwietniu kwiecień środa środę środy wiosną latem ' +
    'jesienią zimą maj март марта марте мая мае май год года году лет час часа часов среда среду среды весной летом осенью зимой лютого ' +
    'рік року році травня середа середу ledna leden února únor března březen dubna duben května květen června červen ' +
    'července červenec srpna srpen září října říjen listopadu prosince prosinec pondělí úterý středa středu čtvrtek ' +
    'pátek sobota sobotu neděle neděli augusti måndag tisdag onsdag torsdag fredag lördag söndag klockan mandag tirsdag ' +
    'lørdag søndag marts klokken ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi ' +
    'salı çarşamba perşembe cuma cumartesi pazar tháng ngày ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου ' +
    'αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου δευτέρα τετάρτη πέμπτη παρασκευή σάββατο κυριακή'
  ).split(' '),
)
/** How words of Slavic languages begin that tell a time in any case. */
const beginnings =
  /^(?:січн|березн|квітн|червн|липн|серпн|вересн|жовтн|грудн|понеділ|вівтор|январ|феврал|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр|понедельник|вторник|четверг|пятниц|суббот|воскресен|stycz|czerwc|czerwiec|sierpni|sierpień|wrześ|październ|listopad|grudni|grudzień|poniedział|wtork|wtorek|czwartk|czwartek|piątk|piątek|sobot|niedziel)/u
/** In scripts whose words take prefixes, or stand without spaces. */
const parts = (
  'صباحا مساء عام سنة يوم يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر الجمعة السبت الأحد الإثنين ' +
  'الاثنين الثلاثاء الأربعاء الخميس बजे दिन सन जनवरी फ़रवरी फरवरी मार्च अप्रैल जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर ' +
  'सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार ינואר פברואר אפריל יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר 요일 오전 오후 ' +
  'มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม วันจันทร์ วันอังคาร วันพุธ ' +
  'วันพฤหัส วันศุกร์ วันเสาร์ วันอาทิตย์ 星期 周一 周二 周三 周四 周五 周六 周日 曜'
).split(' ')
const signs =
  /\b(?:1\d{3}|20\d{2})\b|\d[:.]\d{2}|[0-9〇一二三四五六七八九十][年月日時时点號号]|\d ?[년월일시]|[朝昼夜晚]|\b(?:a\.m|p\.m|o'clock)|\b(?:may|march|mars|mai) \d|\d(?:st|nd|rd|th|\.)? (?:of )?(?:may|march|mars|mai)\b|\b(?:in|since|until|of|by|im|seit|bis|en|fin|début) (?:may|march|mars|mai)\b/iu

/** Whether a sentence tells a time: a date, a month, a day of the week, an hour. */
export function holdsTime(sentence: string): boolean {
  if (signs.test(sentence) || parts.some((part) => sentence.includes(part))) return true
  const found = sentence.toLowerCase().match(/\p{L}[\p{L}\p{M}-]*/gu) ?? []
  return found.some((word) => words.has(word) || beginnings.test(word))
}
