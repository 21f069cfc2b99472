/** A language whose sentences and words are known, as BCP 47 names it. */
export type Language =
  | 'ar'
  | 'cs'
  | 'da'
  | 'de'
  | 'el'
  | 'en'
  | 'es'
  | 'fr'
  | 'he'
  | 'hi'
  | 'it'
  | 'ja'
  | 'ko'
  | 'nl'
  | 'pl'
  | 'pt'
  | 'ru'
  | 'sv'
  | 'th'
  | 'tr'
  | 'uk'
  | 'vi'
  | 'zh'

// Articles, pronouns, prepositions, conjunctions, auxiliaries and question words: they tell a language, begin
// sentences, and say nothing about what a question is after.
const lists: Readonly<Record<Language, string>> = {
  en:
    'anymore isn aren doesn ' +
    'a about above after again all also although am an and another any are as at be because been before being below ' +
    'between both but by can could despite did do does during each every few for from had has have he her here him his ' +
    'how however i if in into is it its last long many may me more most much must my no nor not now of off on once one only ' +
    'or other our out over own same several shall she should since so some still such than that the their them then there ' +
    'these they this those through to too under until up very was we were what when where which while who whom whose why ' +
    'will with within without would yet you your',
  de:
    'darf dürfen muss müssen musste weshalb wieso gibt kommt bekommt bekommen zurück worum wovor wofür woran worauf wonach ' +
    'aber alle als also am an auch auf aus außerdem bei bereits bis bist da dabei dadurch dafür daher damals danach daran damit dann das dass dein dem den denn der des deshalb die ' +
    'dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es euer für gegen hat ' +
    'hatte hatten haben heute hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jeder jedes kann kein ' +
    'keine können man mehr mein mit muss nach nicht noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner ' +
    'seit sich sie sind so sogar soll sollen später über um und uns unter viel viele vom von vor wann war waren warum was ' +
    'weil welche welchem welchen welcher welches wem wen wenn wer werden wessen wie wieder wir wird wo wodurch woher wohin ' +
    'womit wovon wurde wurden zu zum zur zwar zwischen',
  fr:
    'été quoi lequel laquelle doit peuvent faut temps est-ce ' +
    'a à afin ai ainsi alors après au aucun aujourd aussi autre aux avait avant avec avoir c car ce ceci cela celle celui ' +
    'ces cet cette ceux chaque chez ci combien comme comment d dans de depuis des donc dont du elle elles en encore entre ' +
    'est et étaient était être eu eux faire fait font fut il ils j jamais je jusque l la là le les leur leurs lorsque lui m ' +
    'ma mais me même mes mon n ne ni non nos notre nous on ont ou où par parce pas pendant peu peut plus pour pourquoi ' +
    'puis qu quand que quel quelle quelles quels qui quoi s sa sans se selon ses si son sont sous sur t ta te tes toi ton ' +
    'toujours tous tout toute toutes très trop tu un une vers voici voilà vos votre vous y',
  es:
    'puede pueden debe mi hizo hace dio da hacer dar ir va ' +
    'a adónde ahora al algo algunos ante antes así aún aunque bajo bien cada casi como cómo con contra cual cuál cuáles ' +
    'cuando cuándo cuanta cuánta cuántas cuanto cuánto cuántos de del desde donde dónde dos durante e el él ella ellas ' +
    'ellos en entonces entre era eran es esa esas ese eso esos esta está están estas este esto estos fue fueron ha había ' +
    'habían han hasta hay la las le les lo los luego más me mi mientras muy nada ni no nos nosotros nunca o otra otro para ' +
    'pero poco por porque pues que qué quien quién quiénes se sea según ser si sí sido siempre sin sino sobre son su sus ' +
    'también tan tanto te tenía tiene todo todos tras tu tú un una uno unos usted y ya yo',
  it:
    'può posso possono deve devono bisogna mio mia tuo tua almeno fa fanno ' +
    'a ad agli ai al alla alle allo anche ancora avere aveva c che chi ci cioè come con così cosa cui d da dagli dai dal ' +
    'dalla dalle dei del della delle dello di dopo dove e è ed egli era erano essere fra fu furono gli ha hanno ho i il in ' +
    'io l la le lei li lo loro lui ma me mentre mi molto ne nei nel nella nelle nello noi non nostro o ogni oggi perché per ' +
    'però più poi prima qual quale quali quando quanta quante quanti quanto quella quelle quelli quello questa queste ' +
    'questi questo qui se sei sempre senza si sia sono sotto sta stato su sua sue sugli sui sul sulla suo suoi tra tu ' +
    'tutti tutto un una uno vi voi',
  pt:
    'a à ainda ao aos após as às até com como cada da das de dela dele depois desde do dos e é ela elas ele eles em então ' +
    'entre era eram essa esse esta está estão este eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na ' +
    'nas não nem no nos nós num numa o onde os ou para pela pelas pelo pelos por porque porquê qual quais quando quanta ' +
    'quantas quanto quantos que quê quem são se sem ser seu seus sob sobre sua suas também te tem tinha toda todo todos tu ' +
    'um uma você',
  nl:
    'aan al als alle altijd bij daar dan dat de den der deze die dit doch door dus een en er had heb hebben heeft hem het ' +
    'hier hij hoe hoeveel hun iets ik in is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog ' +
    'nu of om omdat onder ons ook op over reeds sinds te tegen toch toen tot tussen u uit uw van veel voor waar waarom ' +
    'wanneer want waren was wat we wel welk welke werd werden wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou',
  pl:
    'trzeba można należy jakim jakiej jakich czego czym czemu rzeczy zostanie kim ' +
    'a aby ale albo ani bardzo bez bo był była było były być będzie chociaż ci co czy czyj czyli dla do dlaczego dlatego ' +
    'gdy gdyby gdzie go i ich ile ilu im ja jak jaka jaki jakie jako je jednak jego jej jest jeszcze jeśli już kiedy kogo ' +
    'komu kto która które którego której który których lecz lub ma mi mnie może my na nad nam nas nie nim o od on ona one ' +
    'oni oraz po pod podczas ponieważ potem przed przez przy są się skąd swój ta tak także tam te tego tej ten to też tu ' +
    'tych tylko tym u w we wiele więc według wszystko z za zanim ze że',
  ru:
    'зачем каков какова каково какого каком какому должен должна должны нужен нужна нужно надо нельзя именно самый самая самое каждый ' +
    'а без более бы был была были было быть в вам вас весь во вот впрочем все всегда всего всех вы где да даже для до его ' +
    'ее её если есть ещё еще же за здесь и из или им их к как какая какие каким какой какую когда которая которого которой ' +
    'которые который кого кому кто куда ли лишь между меня мне много можно мой мы на над надо не него нее неё ней нет ни ' +
    'них но ну о об однако он она они оно от откуда перед по под поэтому после почему при про с сам себя сейчас сколько со ' +
    'так такой также там те тем теперь то тогда того тоже только том тот ту ты у уже хотя чего чей чем через что чтобы чьё ' +
    'эта эти это этого этой этом этот я',
  el:
    'αλλά αν από ας αυτά αυτή αυτό αυτοί αυτός αφού για γιατί δε δεν εγώ είναι είχε εκεί ένα ένας έχει έχουν εδώ εμείς ' +
    'επειδή ή η ήταν θα και κάθε κάτι κατά με μετά μέχρι μη μην μια μία μου να ναι ο οι όμως όπου όπως όσο όταν ότι ούτε ' +
    'παρά ποια ποιες ποιο ποιοι ποιον ποιος πολύ πόσα πόσες πόσο πόσοι ποτέ πότε που πού πριν προς πως πώς σαν σας σε στα ' +
    'στη στην στις στο στον στους σου τα τη την της τι τις το τον του τους των ύστερα χωρίς ως',
  ar:
    'عدد توجد يوجد الآن هي تم متى سوف أكبر ' +
    'إلى إن أن أنا أنت أو أي أين الذي الذين التي اللذان اللتان إذا إذ بل بعد بعض بين تحت تكون تم ثم حتى حول حيث حين خلال ' +
    'دون ذلك سوف على عليه عليها عن عند عندما غير فوق في فيه فيها قبل قد كان كانت كل كم كما كيف لا لأن لكن لم لماذا لن له لها ' +
    'ليس ليست ما ماذا متى مع من منذ منه منها نحو نحن هذا هذه هل هم هناك هو هي وقد وكان وكانت ولا ولم وهو وهي يكون يوجد أية أيضا',
  hi:
    'कितनी बार दी दीं दिए लगा लगे लगी मिला मिले मिली नए ' +
    'अगर अब अपना अपनी अपने आप इस इसका इसकी इसके इसमें इसे उन उनका उनकी उनके उन्हें उन्होंने उस उसका उसकी उसके उसने उसे एक ऐसा ' +
    'ऐसे और कब कभी कर करता करते करना करने का कि कितना कितनी कितने किन किया किस किसका किसकी किसके किसने किसी किसे की कुछ के ' +
    'कैसा कैसी कैसे को कोई कौन कौनसा क्या क्यों गई गए गया जब जहाँ जहां जा जाता जाती जाते जिस जो तक तथा तब तो था थी थे दिया ' +
    'द्वारा नहीं ने पर फिर बहुत बाद भी मगर में मैं यदि यह यहाँ ये रहा रही रहे लिए लेकिन व वह वहाँ वाला वाली वाले वे सब ' +
    'सभी साथ से हम ही हुआ हुई हुए है हैं हो होता होती होते होना',
  he:
    'אבל או אותו אותה אך אל אם אני אנחנו אחרי אשר את אתה ב בין גם היא היה הייתה היו הוא הם זה זאת זו יש כאשר כדי כי כל כמה ' +
    'כן כמו ל לא לפני מ מה מי מתי מדוע למה איפה היכן איך מן נגד על עם עד עוד רק של שם תחת לו לה להם',
  cs:
    'a aby ale ani ano asi až bez bude budou by byl byla byli bylo byly být co což či čí další do dokud dnes ho i já jak ' +
    'jaká jaké jaký jakou jako je jeho jej její jejich jemu jen jenž ještě ji jich jim jsem jsi jsme jsou jste k kam kde kdo ' +
    'kdy když ke kolik koho komu která které který kterou ku kvůli má mají mezi mi mít mně mu můj na nad nám ne nebo než ' +
    'ní nic o od odkud on ona oni ono pak po pod podle pokud pouze pro proč proto protože před přes při s se si sice své ' +
    'svůj ta tak také takže tam tato té tedy ten tento teprve ti to toho tom tomu tu tuto ty u už v ve však více vy z za ' +
    'zda ze zde že',
  da:
    'ad af alle alt at blev blive bliver da de dem den denne der deres det dette dig din disse dog du efter eller en end er ' +
    'et for fordi fra få får før ham han hans har havde have hen hende hendes her hos hun hvad hvem hver hvilke hvilken ' +
    'hvilket hvis hvor hvordan hvorfor hvornår i ikke ind ja jeg jer kan kunne man mange med meget men mens mere mig min ' +
    'mod må når ned nogen noget nok nu når og også om op os over på sig sin skal skulle som så thi til ud under uden var ' +
    'ved vi vil ville være været å',
  sv:
    'alla allt att av blev bli blir då de dem den denna deras dess dessa det detta dig din du där därför efter ej eller en ' +
    'er ett fick för från få får genom ha hade han hans har henne hennes hon honom hur här i icke in inte ja jag kan kom ' +
    'kunde man många med mellan men mer mig min mot mycket ned när någon något några nu och också om oss på sedan sig sin ' +
    'sitt ska skall skulle som så till under upp ut utan vad var varför varit vart vem vems vi vid vilka vilken vilket är åt över',
  tr:
    'acaba ama ancak artık aslında bana bazı belki ben benim beri bile bir biri birkaç biz bizim bu buna bunda bundan bunlar ' +
    'bunu bunun çok çünkü da daha dahi de değil diye en fakat gibi göre hangi hangisi hani hem henüz hep her hiç için ile ' +
    'ise kaç kaçta kadar karşı kendi ki kim kimdir kime kimin kimse mı mi mu mü nasıl ne neden nedir nerede nereden neresi ' +
    'neresidir nereye niçin niye o olan olarak oldu olduğu olur ona ondan onlar onu onun oysa sanki sen sonra siz şey şu ' +
    'tüm var ve veya ya yani yine yok zaman zira',
  uk:
    'а або адже але би був була були було бути в вам вас весь вже ви від він вона вони воно все всі всіх де для до є ж за з ' +
    'зі і із інші її їй їм їх його йому й каже кого коли кому котра котрий котрій котрої котру краще куди лише ми мене мені ' +
    'між може моя на навіть над нам нас не неї немає ним них ні ніж о об один однак ось перед під по при про протягом ' +
    'саме свої себе серед скільки собі та так така такий також там те ти тільки то тоді того той тому тут у хто хоча це ' +
    'цей ця цього цьому через чи чий чого чому що щоб я як яка яке який які якій якого яку',
  vi:
    'ai anh ấy bao bằng bị bởi các cái cả có còn cô của cùng cũng do đã đang đâu đây đến đều để đi đó được em gì giờ hay ' +
    'hoặc hơn khi không là lại lúc mà mấy một nào này nên nếu ngoài nhau như nhưng những nhiêu nhiều ở phải ra rất rằng ' +
    'sao sau sẽ tại theo thì thế từ trên trong trước tuy và vào vẫn về vì việc với vừa',
  // Written without spaces, so these are taken out of a text before its words are looked for.
  ja: 'どうすればいい どうすればよい どうしたら どれくらい どれぐらい くらい ぐらい できていますか されていますか ていますか ましたか ますか いいですか てください 必要 のですか いつ どこの国 どこ だれ 誰 何年間 何 名前 なに なん どの どれ いくつ いくら なぜ どう どのくらい どのよう です ます でした ました ですか ますか という について における によって',
  zh: '最 现在 总共 一共 想要 要 不 哪一颗 什么 谁 哪里 哪儿 哪个 哪些 哪一 哪 何时 何地 什么时候 多少 多久 多长 多高 多大 几 怎么 怎样 如何 为什么 为何 叫什么 名字 叫 吗 呢 的 了 是 在 和 与 及 被',
  ko: '누가 누구 언제 어디 어디서 무엇 무엇을 왜 어떻게 몇 얼마 어느 그리고 그러나 그는 그녀는 이 그 저 것은 것을 있는 있다 했다 이다 였다',
  th: 'ใคร อะไร เมื่อไร เมื่อไหร่ ที่ไหน ไหน ทำไม อย่างไร เท่าไร เท่าไหร่ กี่ และ หรือ แต่ ที่ ใน ของ เป็น คือ มี ได้ ให้ กับ จาก',
}

const sets = new Map<Language, ReadonlySet<string>>()

/** The frequent words of a language that carry no topic, in lower case. */
export function functionWords(language: Language): ReadonlySet<string> {
  const known = sets.get(language)
  if (known) return known
  const words = new Set(lists[language].split(' '))
  sets.set(language, words)
  return words
}

/** All languages that are known. */
export const languages: readonly Language[] = Object.keys(lists) as Language[]
