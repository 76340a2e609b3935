using System.Collections.Frozen;

namespace Recoup.Core.Foundation;

/// <summary>
/// The code by which a customer's language is given (ISO 639-1), alone or with what follows it: <c>de</c>, <c>de-AT</c>. A language
/// that has no code of two letters is given by its three (<c>fil</c>).
/// </summary>
public static class LanguageCode
{
    /// <summary>The longest that is taken, such as <c>sr-Latn-RS</c>.</summary>
    private const int LengthMax = 12;

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Templates and words are named by it: the code alone, in small letters.</summary>
    public static string Of(string language) => language.Split('-', '_')[0].ToLowerInvariant();

    /// <summary>
    /// Why the text names no language, with the code where it is known which is meant: a language's name, or three letters where it
    /// has two. Null: it is one.
    /// </summary>
    /// <param name="shown">The text as it may be shown.</param>
    public static string? ProblemOf(string text, string shown)
    {
        var end = text.AsSpan().IndexOfAny('-', '_');
        var code = end < 0 ? text.AsSpan() : text.AsSpan(0, end);
        var isCode = code.Length is 2 or 3 && !code.ContainsAnyExcept(Letters) && text.Length <= LengthMax;
        // English (United States) is English.
        var name = isCode ? code.ToString() : text.Split(['(', ',', '/', ';'], 2)[0].Trim();
        var meant = isCode && code.Length == 2 ? null : Names.GetValueOrDefault(name.ToLowerInvariant());
        if (meant is not null) return $"'{shown}' is not the code of two letters (ISO 639-1); write {meant}{(isCode && end >= 0 ? text[end..] : "")}";
        return isCode ? null : $"'{shown}' is not an ISO 639 code, such as de";
    }

    /// <summary>
    /// By code what else a language is called: its codes of three letters and English names (ISO 639-2), and the names that customers'
    /// systems give the commoner ones in the language itself and in German.
    /// </summary>
    private const string Known =
        "aa=aar|afar;ab=abk|abkhazian;ae=ave|avestan;af=afr|afrikaans;ak=aka|akan;am=amh|amharic;an=arg|aragonese;ar=ara|arabic|العربية|arabisch;" +
        "as=asm|assamese;av=ava|avaric;ay=aym|aymara;az=aze|azerbaijani;ba=bak|bashkir;be=bel|belarusian;bg=bul|bulgarian|български|bulgarisch;" +
        "bh=bih|bihari languages;bi=bis|bislama;bm=bam|bambara;bn=ben|bengali;bo=bod|tib|tibetan;br=bre|breton;bs=bos|bosnian;" +
        "ca=cat|catalan|valencian|català|katalanisch;ce=che|chechen;ch=cha|chamorro;co=cos|corsican;cr=cre|cree;" +
        "cs=ces|cze|czech|čeština|cesky|česky|tschechisch;cu=chu|church slavic|old slavonic|church slavonic|old bulgarian|old church slavonic;" +
        "cv=chv|chuvash;cy=cym|wel|welsh;da=dan|danish|dansk|dänisch;de=deu|ger|german|deutsch;dv=div|divehi|dhivehi|maldivian;dz=dzo|dzongkha;" +
        "ee=ewe;el=ell|gre|greek|ελληνικά|griechisch;en=eng|english|englisch;eo=epo|esperanto;" +
        "es=spa|spanish|castilian|español|espanol|castellano|spanisch;et=est|estonian|eesti|estnisch;eu=eus|baq|basque|euskara;fa=fas|per|persian;" +
        "ff=ful|fulah;fi=fin|finnish|suomi|finnisch;fj=fij|fijian;fo=fao|faroese;fr=fra|fre|french|français|francais|französisch|franzoesisch;" +
        "fy=fry|western frisian;ga=gle|irish|gaeilge;gd=gla|gaelic|scottish gaelic;gl=glg|galician;gn=grn|guarani;gu=guj|gujarati;gv=glv|manx;" +
        "ha=hau|hausa;he=heb|hebrew|עברית|hebräisch;hi=hin|hindi;ho=hmo|hiri motu;hr=hrv|croatian|hrvatski|kroatisch;ht=hat|haitian|haitian creole;" +
        "hu=hun|hungarian|magyar|ungarisch;hy=hye|arm|armenian;hz=her|herero;ia=ina|interlingua;id=ind|indonesian;ie=ile|interlingue|occidental;" +
        "ig=ibo|igbo;ii=iii|sichuan yi|nuosu;ik=ipk|inupiaq;io=ido;is=isl|ice|icelandic|íslenska;it=ita|italian|italiano|italienisch;" +
        "iu=iku|inuktitut;ja=jpn|japanese|日本語|japanisch;jv=jav|javanese;ka=kat|geo|georgian;kg=kon|kongo;ki=kik|kikuyu|gikuyu;" +
        "kj=kua|kuanyama|kwanyama;kk=kaz|kazakh;kl=kal|kalaallisut|greenlandic;km=khm|khmer|central khmer;kn=kan|kannada;ko=kor|korean|한국어|koreanisch;" +
        "kr=kau|kanuri;ks=kas|kashmiri;ku=kur|kurdish;kv=kom|komi;kw=cor|cornish;ky=kir|kirghiz|kyrgyz;la=lat|latin;" +
        "lb=ltz|luxembourgish|letzeburgesch|lëtzebuergesch|luxemburgisch;lg=lug|ganda;li=lim|limburgan|limburger|limburgish;ln=lin|lingala;lo=lao;" +
        "lt=lit|lithuanian|lietuvių|litauisch;lu=lub|luba-katanga;lv=lav|latvian|latviešu|lettisch;mg=mlg|malagasy;mh=mah|marshallese;" +
        "mi=mri|mao|maori;mk=mkd|mac|macedonian;ml=mal|malayalam;mn=mon|mongolian;mr=mar|marathi;ms=msa|may|malay;mt=mlt|maltese;my=mya|bur|burmese;" +
        "na=nau|nauru;nb=nob|bokmål|norwegian bokmål;nd=nde|ndebele|north ndebele;ne=nep|nepali;ng=ndo|ndonga;" +
        "nl=nld|dut|dutch|flemish|nederlands|niederländisch|niederlaendisch|holländisch;nn=nno|norwegian nynorsk|nynorsk;" +
        "no=nor|norwegian|norsk|norwegisch;nr=nbl|south ndebele;nv=nav|navajo|navaho;ny=nya|chichewa|chewa|nyanja;oc=oci|occitan|provençal;" +
        "oj=oji|ojibwa;om=orm|oromo;or=ori|oriya;os=oss|ossetian|ossetic;pa=pan|panjabi|punjabi;pi=pli|pali;pl=pol|polish|polski|polnisch;" +
        "ps=pus|pushto|pashto;pt=por|portuguese|português|portugues|portugiesisch;qu=que|quechua;rm=roh|romansh;rn=run|rundi;" +
        "ro=ron|rum|romanian|moldavian|moldovan|română|romana|rumänisch;ru=rus|russian|русский|russisch;rw=kin|kinyarwanda;sa=san|sanskrit;" +
        "sc=srd|sardinian;sd=snd|sindhi;se=sme|northern sami;sg=sag|sango;si=sin|sinhala|sinhalese;" +
        "sk=slk|slo|slovak|slovenčina|slovakisch|slowakisch;sl=slv|slovenian|slovenščina|slowenisch|slovene;sm=smo|samoan;sn=sna|shona;" +
        "so=som|somali;sq=sqi|alb|albanian;sr=srp|serbian|srpski|serbisch;ss=ssw|swati;st=sot|sotho;su=sun|sundanese;" +
        "sv=swe|swedish|svenska|schwedisch;sw=swa|swahili;ta=tam|tamil;te=tel|telugu;tg=tgk|tajik;th=tha|thai;ti=tir|tigrinya;tk=tuk|turkmen;" +
        "tl=tgl|tagalog;tn=tsn|tswana;to=ton|tonga;tr=tur|turkish|türkçe|turkce|türkisch;ts=tso|tsonga;tt=tat|tatar;tw=twi;ty=tah|tahitian;" +
        "ug=uig|uighur|uyghur;uk=ukr|ukrainian|українська|ukrainisch;ur=urd|urdu;uz=uzb|uzbek;ve=ven|venda;vi=vie|vietnamese;vo=vol|volapük;" +
        "wa=wln|walloon;wo=wol|wolof;xh=xho|xhosa;yi=yid|yiddish;yo=yor|yoruba;za=zha|zhuang|chuang;zh=zho|chi|chinese|中文|chinesisch|mandarin;" +
        "zu=zul|zulu";

    private static readonly FrozenDictionary<string, string> Names = Known.Split(';').Select(row => row.Split('='))
        .SelectMany(row => row[1].Split('|').Select(name => (name, row[0]))).ToFrozenDictionary(pair => pair.name, pair => pair.Item2, StringComparer.Ordinal);
}
