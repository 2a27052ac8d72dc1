import type { Dice } from './dice.ts';

/** Names that are common somewhere, put together by chance: nobody in particular is meant. */
interface Culture {
  readonly locale: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly familyFirst?: boolean;
}

function culture(locale: string, given: string, family: string, familyFirst = false): Culture {
  return { locale, given: given.split(', '), family: family.split(', '), familyFirst };
}

const cultures = [
  culture(
    'en-GB',
    'Imogen, Rhys, Freya, Callum, Beth, Alistair, Niamh, Tobias',
    'Ashdown, Pryce, Hartley, McAllister, Thorne, Wainwright',
  ),
  culture(
    'en-US',
    'Jordan, Maya, Tyrell, Harper, Wesley, Simone, Caleb, Autumn',
    'Holloway, Reyes, Washburn, Okafor-Bell, Lindgren, Castellano',
  ),
  culture('en-NZ', 'Aroha, Tāne, Hana, Wiremu, Mereana, Nikau', 'Parata, Ngata-Hill, Tamihana, Rangihau, Fairbairn'),
  culture('ga-IE', 'Saoirse, Cillian, Aoife, Oisín, Gráinne, Fiachra', 'Ní Bhriain, Ó Dálaigh, Mac Giolla, Kinsella, Tierney'),
  culture(
    'de-DE',
    'Jürgen, Anneliese, Lukas, Käthe, Sören, Mareike, Falk, Birgit',
    'Weißmann, Brückner, Hohenstein, Kröger, Vogelsang, Strauß',
  ),
  culture(
    'fr-FR',
    'Zoé, Théo, Maëlle, Bastien, Hélène, Aurélien, Inès, Gaël',
    'Lefèvre, Marchand, Delacour, Bénard, Roussel, Chauvin',
  ),
  culture(
    'es-ES',
    'Lucía, Íñigo, Nerea, Álvaro, Begoña, Rubén, Ximena, Joaquín',
    'Ibáñez, Quintana, Echeverría, Muñoz, Ferrer, Valdés',
  ),
  culture('es-MX', 'Guadalupe, Emiliano, Citlali, Santiago, Itzel, Rodrigo', 'Cárdenas, Villaseñor, Montes, Arriaga, Tzompantzi'),
  culture(
    'pt-BR',
    'João, Conceição, Thaís, Raoni, Beatriz, Otávio, Iara, Davi',
    'Guimarães, Nóbrega, Assunção, Teixeira, Falcão',
  ),
  culture('it-IT', 'Niccolò, Ginevra, Tommaso, Chiara, Lorenzo, Ilaria', 'Bellandi, Cattaneo, De Santis, Marchetti, Zanella'),
  culture('nl-NL', 'Sanne, Joost, Femke, Thijs, Marijke, Ruben', 'van der Meulen, de Wit, Hoekstra, ten Brink, Achterberg'),
  culture('sv-SE', 'Åsa, Göran, Linnéa, Björn, Maja, Torsten', 'Sjöberg, Lindqvist, Åkerman, Ekdahl, Nordström'),
  culture('nb-NO', 'Øyvind, Solveig, Håkon, Ragnhild, Eirik, Marte', 'Bakkerud, Hågensen, Strøm, Myklebust, Tveit'),
  culture('fi-FI', 'Aino, Väinö, Päivi, Jukka, Helmi, Onni', 'Mäkinen, Koskela, Hämäläinen, Rautio, Saarinen-Lahti'),
  culture('pl-PL', 'Łukasz, Agnieszka, Zbigniew, Małgorzata, Paweł, Żaneta', 'Wiśniewska-Kos, Dąbek, Gołębiowski, Zając, Mróz'),
  culture('cs-CZ', 'Jiří, Kateřina, Ondřej, Zdeňka, Vojtěch, Lucie', 'Dvořáček, Němec, Procházka, Růžička, Havlíček'),
  culture('hu-HU', 'Zsófia, Bálint, Eszter, Gergő, Boglárka, Ákos', 'Szabó, Kovácsházi, Őrsi, Németh, Fehérvári', true),
  culture('tr-TR', 'Ayşe, Emre, Gülşen, Çağlar, Işıl, Doğan', 'Yıldırım, Özkan, Şahin, Kılıçoğlu, Aydınlı'),
  culture('el-GR', 'Eleni, Stavros, Despina, Nikos, Kalliopi, Thanasis', 'Papadaki, Stamatiou, Vlachos, Karagianni, Zervas'),
  culture('uk-UA', 'Oksana, Taras, Yaryna, Bohdan, Zoryana, Ostap', 'Kovalchuk, Shevchuk, Hnatiuk, Melnyk, Lysenko'),
  culture('ar-EG', 'Nour, Youssef, Salma, Karim, Yasmin, Tarek', 'El-Masry, Abdelrahman, Haddad, Shahin, Mansour'),
  culture('fa-IR', 'Parisa, Dariush, Shirin, Kaveh, Mahnaz, Arash', 'Tehrani, Golshani, Rostami, Farahani, Moradi'),
  culture(
    'hi-IN',
    'Ananya, Rohan, Meera, Vikram, Kavya, Arjun, Ishaan, Pooja',
    'Deshpande, Bhattacharya, Mehrotra, Chaturvedi, Iyengar',
  ),
  culture('ta-IN', 'Kayalvizhi, Senthil, Nila, Murugan, Tamilselvi', 'Subramanian, Ramaswamy, Palanisamy, Venkatesan'),
  culture('zh-CN', 'Xiaoming, Yulan, Zhiwei, Meiling, Haoran, Jingyi', 'Zhao, Ouyang, Lin, Xu, Shen', true),
  culture('ja-JP', 'Haruka, Kenji, Sakura, Takumi, Yūko, Ren', 'Fujimoto, Hayashi, Ōtsuka, Nakajima, Kurosaki'),
  culture('ko-KR', 'Seo-yeon, Min-jun, Ji-woo, Ha-eun, Do-yun', 'Baek, Noh, Im, Hwang, Seong', true),
  culture('vi-VN', 'Thị Mai, Quang Huy, Ngọc Ánh, Đức Anh, Thu Hà', 'Nguyễn, Trần, Đặng, Phạm, Võ', true),
  culture('yo-NG', 'Adébáyò, Fọláṣadé, Kehinde, Títílayò, Babajide', 'Adeyemi, Ogunleye, Afolabi, Olatunji'),
  culture('ig-NG', 'Chidinma, Obinna, Ngozi, Emeka, Adaeze', 'Okonkwo, Nwachukwu, Eze, Obiora'),
  culture('sw-KE', 'Wanjiru, Otieno, Achieng, Kamau, Zawadi', 'Mwangi, Odhiambo, Njoroge, Wekesa'),
  culture('am-ET', 'Selamawit, Dawit, Hiwot, Yonas, Tigist', 'Tesfaye, Bekele-Alemu, Girma, Wolde'),
];

/** Names in their own script, with what stands before the @ of their address. */
export const ownScripts: readonly { name: string; address: string; locale: string }[] = [
  { name: '藤本 結衣', address: 'yui.fujimoto', locale: 'ja-JP' },
  { name: '沈 靜怡', address: 'shen.jingyi', locale: 'zh-TW' },
  { name: 'Соломія Гнатюк', address: 'solomiya.hnatiuk', locale: 'uk-UA' },
  { name: 'Ελένη Βλάχου', address: 'eleni.vlachou', locale: 'el-GR' },
  { name: 'ليلى الحداد', address: 'layla.alhaddad', locale: 'ar-JO' },
  { name: 'काव्या मेहरोत्रा', address: 'kavya.mehrotra', locale: 'hi-IN' },
  { name: '백 서연', address: 'seoyeon.baek', locale: 'ko-KR' },
  { name: 'תמר אלמוג', address: 'tamar.almog', locale: 'he-IL' },
];

export interface Named {
  readonly name: string;
  readonly given: string;
  readonly family: string;
  readonly locale: string;
}

/** Gives one new name after the other. */
export function namer({ pick }: Dice): () => Named {
  const given = new Set<string>();
  return function next(): Named {
    const { locale, familyFirst, ...names } = pick(cultures);
    const [first, last] = [pick(names.given), pick(names.family)];
    const name = familyFirst ? `${last} ${first}` : `${first} ${last}`;
    if (given.has(name)) return next();
    given.add(name);
    return { name, given: first, family: last, locale };
  };
}

const spelled: Record<string, string> = { ß: 'ss', ł: 'l', ø: 'o', đ: 'd', ı: 'i', æ: 'ae' };

/** What an address can hold of a name: small ASCII letters. */
export const ascii = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[ßłøđıæ]/gu, (letter) => spelled[letter]!)
    .replace(/[^a-z0-9]/gu, '');

/** An address at a domain that is reserved for examples (RFC 2606), so that no mail can reach a stranger. */
export function addressOf({ given, family }: Named, { pick, below }: Dice): string {
  const [first, last] = [ascii(given), ascii(family)];
  const local = pick([
    `${first}.${last}`,
    `${first}.${last}`,
    `${first[0]}.${last}`,
    `${first}_${last}`,
    `${first}${10 + below(89)}`,
  ]);
  return `${local}@${pick(['example.com', 'example.com', 'example.org', 'example.net', 'mail.example.com', 'post.example.org'])}`;
}
