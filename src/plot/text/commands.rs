//! The commands of mathematics that are set; every other is a mistake.
use std::collections::HashSet;
use std::sync::LazyLock;

/// Letters, signs, names of functions, spaces: what stands alone.
const SYMBOLS: &str = "\
    AA aa alef alefsym aleph Alpha alpha amalg angle angln approx approxcolon approxcoloncolon approxeq arccos \
    arcctg arcsin arctan arctg arg argmax argmin ast asymp backepsilon backprime backsim backsimeq backslash \
    barwedge Bbbk because Beta beta beth between bigcap bigcirc bigcup bigodot bigoplus bigotimes bigsqcup bigstar \
    bigtriangledown bigtriangleup biguplus bigvee bigwedge blacklozenge blacksquare blacktriangle blacktriangledown \
    blacktriangleleft blacktriangleright bmod bot bowtie Box boxdot boxminus boxplus boxtimes bull bullet Bumpeq \
    bumpeq Cap cap cdot cdotp cdots centerdot ch checkmark Chi chi circ circeq circlearrowleft circlearrowright \
    circledast circledcirc circleddash circledR circledS clubs clubsuit cnums colon Colonapprox colonapprox \
    coloncolon coloncolonapprox coloncolonequals coloncolonminus coloncolonsim Coloneq coloneq Coloneqq coloneqq \
    colonequals colonminus Colonsim colonsim complement Complex cong coprod copyright cos cosec cosh cot cotg coth \
    csc ctg cth Cup cup curlyeqprec curlyeqsucc curlyvee curlywedge curvearrowleft curvearrowright dag Dagger dagger \
    daleth Darr dArr darr dashleftarrow dashrightarrow dashv dblcolon ddag ddagger ddots deg degree Delta delta det \
    diagdown diagup Diamond diamond diamonds diamondsuit digamma dim div divideontimes Doteq doteq doteqdot dotplus \
    dots dotsb dotsc dotsi dotsm dotso dotsx doublebarwedge doublecap doublecup Downarrow downarrow downdownarrows \
    downharpoonleft downharpoonright ell empty emptyset Epsilon epsilon eqcirc Eqcolon eqcolon Eqqcolon eqqcolon \
    eqsim eqslantgtr eqslantless equalscolon equalscoloncolon equiv Eta eta eth exist exists exp fallingdotseq Finv \
    flat forall frown Game Gamma gamma gcd ge geq geqq geqslant gets gg ggg gggtr gimel gnapprox gneq gneqq gnsim gt \
    gtrapprox gtrdot gtreqless gtreqqless gtrless gtrsim gvertneqq Harr hArr harr hbar hearts heartsuit hom \
    hookleftarrow hookrightarrow hslash iff iiint iint Im image imath impliedby implies in inf infin infty injlim \
    int intercal intop Iota iota isin jmath Join Kappa kappa ker Lambda lambda land lang langle Larr lArr larr LaTeX \
    lBrace lbrace lbrack lceil ldotp ldots le leadsto Leftarrow leftarrow leftarrowtail leftharpoondown \
    leftharpoonup leftleftarrows Leftrightarrow leftrightarrow leftrightarrows leftrightharpoons leftrightsquigarrow \
    leftthreetimes leq leqq leqslant lessapprox lessdot lesseqgtr lesseqqgtr lessgtr lesssim lfloor lg lgroup lhd \
    lim liminf limsup ll llbracket llcorner Lleftarrow lll llless lmoustache ln lnapprox lneq lneqq lnot lnsim log \
    Longleftarrow longleftarrow Longleftrightarrow longleftrightarrow longmapsto Longrightarrow longrightarrow \
    looparrowleft looparrowright lor lozenge lparen lq Lrarr lrArr lrarr lrcorner Lsh lt ltimes lVert lvert \
    lvertneqq maltese mapsto mathsterling max measuredangle mho mid min minuscolon minuscoloncolon minuso models mp \
    Mu mu multimap N nabla natnums natural ncong ne nearrow neg neq nexists ngeq ngeqq ngeqslant ngtr ni nLeftarrow \
    nleftarrow nLeftrightarrow nleftrightarrow nleq nleqq nleqslant nless nmid not notin notni nparallel nprec \
    npreceq nRightarrow nrightarrow nshortmid nshortparallel nsim nsubseteq nsubseteqq nsucc nsucceq nsupseteq \
    nsupseteqq ntriangleleft ntrianglelefteq ntriangleright ntrianglerighteq Nu nu nVDash nVdash nvDash nvdash \
    nwarrow odot oiiint oiint oint Omega omega Omicron omicron ominus oplus ordinarycolon oslash otimes owns P \
    parallel partial perp Phi phi Pi pi pitchfork plim plusmn pm pounds Pr prec precapprox preccurlyeq preceq \
    precnapprox precneqq precnsim precsim prime prod projlim propto Psi psi R rang rangle Rarr rArr rarr ratio \
    rBrace rbrace rbrack rceil Re real Reals reals restriction rfloor rgroup rhd Rho rho Rightarrow rightarrow \
    rightarrowtail rightharpoondown rightharpoonup rightleftarrows rightleftharpoons rightrightarrows \
    rightsquigarrow rightthreetimes risingdotseq rmoustache rparen rq rrbracket Rrightarrow Rsh rtimes rVert rvert S \
    sdot searrow sec sect setminus sh sharp shortmid shortparallel Sigma sigma sim simcolon simcoloncolon simeq sin \
    sinh smallfrown smallint smallsetminus smallsmile smile spades spadesuit sphericalangle sqcap sqcup sqsubset \
    sqsubseteq sqsupset sqsupseteq square star sub sube Subset subset subseteq subseteqq subsetneq subsetneqq succ \
    succapprox succcurlyeq succeq succnapprox succneqq succnsim succsim sum sup supe Supset supset supseteq \
    supseteqq supsetneq supsetneqq surd swarrow tan tanh Tau tau TeX textcopyright textregistered tg th therefore \
    Theta theta thetasym thickapprox thicksim times to top triangle triangledown triangleleft trianglelefteq \
    triangleq triangleright trianglerighteq twoheadleftarrow twoheadrightarrow Uarr uArr uarr ulcorner unlhd unrhd \
    Uparrow uparrow Updownarrow updownarrow upharpoonleft upharpoonright uplus Upsilon upsilon upuparrows urcorner \
    varDelta varepsilon varGamma varinjlim varkappa varLambda varliminf varlimsup varnothing varOmega varPhi varphi \
    varPi varpi varprojlim varpropto varPsi varrho varSigma varsigma varsubsetneq varsubsetneqq varsupsetneq \
    varsupsetneqq varTheta vartheta vartriangle vartriangleleft vartriangleright varUpsilon varXi vcentcolon Vdash \
    vDash vdash vdots vee veebar Vert vert Vvdash wedge weierp wp wr Xi xi yen Z Zeta zeta";

/// What changes the manner of what follows, and spaces.
const MANNERS: &str = "\
    quad qquad enspace thinspace medspace thickspace negthinspace negmedspace negthickspace enskip space \
    nobreakspace displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits mathstrut rm sf tt bf it cal \
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge";

/// What takes one argument.
const ONE: &str = "\
    acute bar breve check ddot dot grave hat mathring tilde vec dddot ddddot widecheck widehat widetilde \
    overrightarrow overleftarrow overleftrightarrow overgroup overlinesegment overleftharpoon overrightharpoon \
    underleftarrow underrightarrow underleftrightarrow undergroup underlinesegment utilde xleftarrow xrightarrow \
    xLeftarrow xRightarrow xleftrightarrow xLeftrightarrow xhookleftarrow xhookrightarrow xmapsto xrightleftharpoons \
    xlongequal fbox cancel bcancel xcancel sout mathrm mathit mathbf mathnormal mathsfit mathbb mathcal mathfrak \
    mathscr mathsf mathtt Bbb bold frak boldsymbol bm emph hbox overbrace underbrace overbracket underbracket \
    mathllap mathrlap mathclap mathord mathbin mathrel mathopen mathclose mathpunct mathinner mathop \
    operatornamewithlimits operatorname overline underline phantom vphantom hphantom smash pmb sqrt text textrm \
    textsf textnormal textbf textit textmd textup texttt vcenter llap rlap clap underbar substack boxed pod pmod mod \
    bra ket braket Bra Ket Braket set Set";

/// What takes two arguments.
const TWO: &str = "\
    cfrac dfrac frac tfrac dbinom binom tbinom stackrel overset underset";

/// What a delimiter follows.
const DELIMITERS: &str = "\
    left right middle bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm big Big bigg Bigg";

/// What encloses rows and columns.
const ROWS: &str = "begin end hline";

/// The list of commands in groups: their names, and how an argument follows (`{}`, `{}{}`, a delimiter, or none).
pub const COMMANDS: [(&str, &str); 6] =
    [(SYMBOLS, ""), (MANNERS, " x"), (ONE, "{x}"), (TWO, "{x}{y}"), (DELIMITERS, "("), (ROWS, "")];

/// All names, without their backslash.
pub static NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| COMMANDS.iter().flat_map(|(names, _)| names.split_whitespace()).collect());

/// Commands of one character that is no letter.
const SIGNS: &str = " ,:;!>|{}_%#&$\\";

/// The first command of mathematics that is not in the list: where it begins, and its name with the backslash.
pub(super) fn unknown(maths: &str) -> Option<(usize, String)> {
    let mut rest = maths.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c != '\\' {
            continue;
        }
        let Some((_, first)) = rest.next() else { return Some((at, "\\".into())) };
        if !first.is_ascii_alphabetic() {
            if SIGNS.contains(first) {
                continue;
            }
            return Some((at, format!("\\{first}")));
        }
        let mut name = first.to_string();
        while let Some((_, c)) = rest.next_if(|(_, c)| c.is_ascii_alphabetic()) {
            name.push(c);
        }
        if !NAMES.contains(name.as_str()) {
            return Some((at, format!("\\{name}")));
        }
    }
    None
}

/// The known command that is spelt most like this one.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = name.trim_start_matches('\\');
    let mut names: Vec<&'static str> = NAMES.iter().copied().collect();
    names.sort_unstable();
    let near = |n: &&'static str| (strsim::damerau_levenshtein(n, name), n.len().abs_diff(name.len()));
    names.into_iter().min_by_key(|n| near(n)).filter(|n| near(n).0 <= 1 + name.len() / 4)
}
