"""What people see who may not open a secret: never too much, and never an error."""

import random

import pytest

from app.masking import HIDDEN, NARRATIVE, mask, mask_numbers

KINDS = ["phone", "id_number", "address", "narrative"]
ID_NUMBER = "33030219900101123X"  # its end is not even computed: a mask asks for the shape only

SHOWN = {
    ("phone", "13812345678"): "138****5678",
    ("phone", "138 1234 5678"): "138****5678",
    ("phone", "+86-138-1234-5678"): "138****5678",
    ("phone", "0577-12345678"): "0577-****5678",
    ("phone", "057712345678"): "0577-****5678",
    ("phone", "0577-12345678-801"): "0577-****5678",
    ("phone", "010-88881234"): "010-****1234",
    ("phone", "0577-8888123"): "0577-****123",
    ("phone", "88881234"): "****1234",
    ("phone", "88881234-801"): "****1234",
    ("phone", "8888123"): "****123",
    ("phone", "110"): "110",
    ("phone", "12338"): "12338",
    ("phone", "96345"): "96345",
    ("phone", "4001234567"): "4001234567",
    ("phone", "1381234567"): "138****",
    ("phone", "13812345678、13987654321"): "138****",
    ("phone", "0577-88880000 13812345678"): "057****",
    ("phone", "13812"): "1****",
    ("phone", "1"): "****",
    ("phone", "张三138"): "张****",
    ("id_number", ID_NUMBER): "330***************",
    ("id_number", ID_NUMBER.lower()): "330***************",
    ("id_number", "330302 19900101 1234"): "330***************",
    ("id_number", "330302900101123"): "330****",
    ("id_number", ID_NUMBER[:17]): "330****",
    ("id_number", ID_NUMBER + "1"): "330****",
    ("id_number", "E12345678"): "E12****",
    ("id_number", "1990"): "1****",
    ("id_number", "X"): "****",
    ("address", "浙江省温州市鹿城区五马街道墨池坊12号3幢4单元501室（公园旁）"): "浙江省温州市鹿城区五马街道****",
    ("address", "浙江省温州市鹿城区五马街道墨池坊12号"): "浙江省温州市鹿城区****",
    ("address", "浙江省 温州市 鹿城区 五马街道 墨池坊12号3幢4单元501室（公园旁）"): "浙江省 温州市 鹿城区 五马街道****",
    ("address", "鹿城区五马街道墨池坊12号3幢"): "鹿城区五马街道****",
    ("address", "鹿城区五马街道墨池坊12号"): "鹿城区****",
    ("address", "永嘉县桥下镇某某村甲弄12号东首第二间"): "永嘉县桥下镇****",
    ("address", "温州市乐清市柳市镇某某路12号3幢4单元501室"): "温州市乐清市柳市镇****",
    ("address", "龙港市某某路12号"): "龙港市****",
    ("address", "宁波市镇海区某某街道某某路12号某某小区3幢"): "宁波市镇海区某某街道****",
    ("address", "广西壮族自治区南宁市青秀区某某路12号院3栋1单元502室（近公园）"): "广西壮族自治区南宁市青秀区****",
    ("address", "鹿城区墨池小区3幢401室"): "鹿城区****",
    ("address", "墨池小区3幢401室后门"): "墨池****",
    ("address", "好又多超市楼上501室东边的房间"): "好又****",
    ("address", "墨池坊12号3幢"): "墨池****",
    ("address", "温州市鹿城区"): "温州市****",
    ("address", "鹿城区"): "鹿****",
    ("address", "12号"): "1****",
    ("address", "家"): "****",
    ("narrative", "她说的每一个字。"): NARRATIVE,
    ("narrative", "一"): NARRATIVE,
    ("another kind", "13812345678"): HIDDEN,
}


@pytest.mark.parametrize(("given", "shown"), SHOWN.items(), ids=[f"{kind} {text!a}" for kind, text in SHOWN])
def test_secret_is_masked(given, shown):
    assert mask(*given) == shown


@pytest.mark.parametrize("kind", [*KINDS, "another kind"])
@pytest.mark.parametrize("text", ["", " ", "\u3000\n", None])
def test_empty_stays_empty(kind, text):
    assert mask(kind, text) == ""


# ---- what holds for every secret


def shown_of(text: str) -> str:
    """What of a secret stands in a masked text."""
    return text.replace("*", "")


def test_a_mobile_shows_at_most_seven_of_its_eleven_digits():
    dice = random.Random(20261124)
    for _ in range(3000):
        digits = f"1{dice.randrange(3, 10)}{dice.randrange(10**9):09}"
        at = sorted(dice.sample(range(12), dice.randrange(4)), reverse=True)
        text = digits
        for i in at:
            text = text[:i] + dice.choice(" -.()　") + text[i:]
        masked = mask("phone", dice.choice(["", "+86", "0086 ", "0"]) + text)
        assert sum(c.isdigit() for c in masked) <= 7
        assert digits not in masked
        assert HIDDEN in masked


def test_a_landline_hides_four_digits():
    dice = random.Random(20261124)
    for _ in range(1000):
        number = f"{dice.randrange(2, 10)}{dice.randrange(10**6):06}" + dice.choice(["", "5"])
        area = dice.choice(["", "010-", "0577-", "021"])
        extension = dice.choice(["", "-801", "转8"])
        assert mask("phone", area + number + extension).endswith(HIDDEN + number[4:])


def test_only_the_province_of_an_identity_number_is_shown():
    """The birth date stands beside it: with the county and the last four characters little was left to guess."""
    dice = random.Random(20261124)
    for _ in range(1000):
        year, month, day = dice.randrange(1900, 2027), dice.randrange(1, 13), dice.randrange(1, 29)
        text = f"330302{year}{month:02}{day:02}{dice.randrange(1000):03}{dice.choice('0123456789X')}"
        masked = mask("id_number", text)
        assert masked == "330" + "*" * 15


@pytest.mark.parametrize("kind", ["phone", "id_number"])
def test_malformed_input_shows_a_third_at_most(kind):
    dice = random.Random(20261124)
    for _ in range(3000):
        text = "".join(dice.choices("0123456789张三abc、/", k=dice.randrange(1, 40)))
        if (kind == "phone" and text.isdigit()) or len(text) == 18:
            continue  # may be a real one
        shown = shown_of(mask(kind, text))
        assert len(shown) <= min(3, len(text) // 3) or (kind == "phone" and "-" in mask(kind, text))


@pytest.mark.parametrize("length", range(1, 7))
def test_digits_too_short_for_a_phone_show_a_third_at_most(length):
    text = "8" * length
    assert mask("phone", text) == "8" * (length // 3) + HIDDEN


def test_an_address_shows_half_at_most_and_no_number_of_a_house():
    dice = random.Random(20261124)
    parts = [
        "浙江省",
        "温州市",
        "鹿城区",
        "永嘉县",
        "桥下镇",
        "某某乡",
        "五马街道",
        "墨池坊",
        "小区",
        "超市",
        "12号",
        "甲弄",
        " ",
        "，",
    ]
    for _ in range(5000):
        text = "".join(dice.choices(parts, k=dice.randrange(1, 9)))
        masked = mask("address", text)
        tidied = " ".join(text.split())
        if not tidied:
            assert masked == ""
            continue
        shown = masked.removesuffix(HIDDEN)
        assert masked.endswith(HIDDEN)
        assert tidied.startswith(shown)
        assert len(shown) <= len(tidied) / 2
        assert len(shown) <= 2 or not any(c.isdigit() for c in shown)


def test_no_word_of_a_narrative_is_shown():
    assert not set(mask("narrative", "他打了她三次，在鹿城区。")) & set("他打了她三次，在鹿城区。")


RUBBISH = [
    "\0",
    "\ud800",
    "\u202e1234567891",
    "𠮷" * 30,
    "٣" * 18,
    "１" * 18,
    "½" * 11,
    "(" * 50,
    "+86",
    "转1",
    "省市县区镇乡街道",
    "市" * 40,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", RUBBISH, ids=map(ascii, RUBBISH))
def test_rubbish_is_hidden_without_an_error(kind, text):
    masked = mask(kind, text)
    assert "*" in masked or masked == NARRATIVE
    assert text not in masked


@pytest.mark.parametrize("kind", KINDS)
def test_random_text_never_raises(kind):
    dice = random.Random(20261124)
    for _ in range(3000):
        mask(kind, "".join(chr(dice.choice([dice.randrange(128), dice.randrange(0x110000)])) for _ in range(20)))
    mask(kind, "市1" * 100_000)


WRITTEN = {
    "接访，电话13812345678": "接访，电话138****5678",
    "138 1234 5678 / 139-1234-5678": "138****5678 / 139****5678",
    "１３８１２３４５６７８": "138****5678",
    "138.1234.5678": "138****5678",
    "13812345678 13987654321": "138****",
    "138123456789（多写了一位）": "138****（多写了一位）",
    "座机0577-88881234转": "座机0577-****1234转",
    f"身份证{ID_NUMBER}": "身份证330***************",
    "身份证330302 19900101 123x": "身份证330***************",
    "身份证330302900101123": "身份证330****",
    "2026-11-24起分管维权，2025.3.8前分管宣传": "2026-11-24起分管维权，2025.3.8前分管宣传",
    "12338热线，4001234567，110报警": "12338热线，4001234567，110报警",
    "第3组，2026年": "第3组，2026年",
    "": "",
}


@pytest.mark.parametrize(("written", "shown"), WRITTEN.items())
def test_numbers_in_a_text_are_masked_and_its_words_stay(written, shown):
    assert mask_numbers(written) == shown


def test_no_number_of_a_person_comes_out_of_a_text_however_it_is_written():
    dice = random.Random(5)
    for _ in range(2_000):
        number = dice.choice(["13812345678", "19912345678", ID_NUMBER])
        apart = dice.choice(["", " ", "-", "–", ".", "·", " - "[:2]])
        places = sorted(dice.sample(range(1, len(number)), 2))
        parts = [number[: places[0]], number[places[0] : places[1]], number[places[1] :]]
        written = dice.choice(["电话", "甲", "（", ""]) + apart.join(parts) + dice.choice(["", "。", "，", "甲"])
        shown = "".join(c for c in mask_numbers(written) if c.isdigit())
        assert len(shown) <= 7, written
