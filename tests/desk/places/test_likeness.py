from __future__ import annotations

import pytest

from desk.places import looks_like_place

PLACES = """
和平路88号 | 就在文晖路 | 幸福里小区 | 华源上海城3栋 | 老供销社对面那栋 一楼 挨到卖豆花饭那家 | 江北区 桃园路 跟 解放路 交叉口 | 学府佳苑三期后门
3路公交车上 | 六路车 | K17路公交上 车上不算位置吗 | 301路 大学城东门站 | 罗盘山村七社 | 永和镇邱家坝六队 唉 说了也是白说 | 粮站后头那个坡坡上 | 柳林镇官庄村
从青竹坑上去 第二个回头弯旁边 | 云栖码头 | 老轮渡渡口 | 乌溪江 金家渡大桥往下游走 | S217 省道 过了马鞍加油站往南三公里 | 二桥底下 | 实验小学后门 | 市图书馆
市三医院 南门嗰个地下停车场 | 鹅颈湖公园东北角 | 北园农贸市场东厅 | 滨江天街B馆四层 | 绿荫华庭 | 铂悦府 | 绿地香榭 | 瑞金里 5-2-301 | 我家在樾山府 22-1-1703
平湖东街217号三楼,记好了,别再让我报第五遍 | 在龙泉大厦9楼,门口没有牌子 | 位置啊 我跑车到处都是 公司在 高新区软件园二期三号楼 | 车上,到人民广场那站 | 洪家弄十八号 | 织布弄45号
梧桐里社区卫生服务中心 | 听涛府项目部 | 安居客栈对面 | 那个天桥底下 | 电梯里 | 老百货大楼二楼 | 我们小区门口 | 菜场旁边那家 | 双桥创业园 5号厂房 | 童装城 | 不是在学校里,是在香樟公馆会所二楼
"""
SENTENCES = """
社保交了两年半 | 先登记吧 | 好,那楼道灯呢 | 那要等多久啊 | 没有了 | 你们到底管不管 | 能拿几个月的钱？上哪拿去 | 没有 | 是的 | 对 | 不知道 | 王女士 | 昨天晚上 | 转人工
呃没有具体位置 这个一定要填吗 | 公司在哪我不太清楚 | 我这个没有地点呀 是电话的事情 要写我家里地址吗 | 嗯还是那个地方 | 不需要地址吧 这是电话骚扰 | 我的地方还是坟的地方
我哪知道他店在哪 我外卖点的 你查不到吗 | 说是装了油烟净化 我看从来没开过 | 上次不是登记过地址吗 还要再说? | 我都说八百遍了 自己翻记录去 | 网上的事还要填地点? | 上面写了啊 | 还要填这么多啊 那别弄了
填工地地址还是填我的店？欠条上写的是工地。 | 13800138000 | 幺三五零八幺六二四七九 | 每天晚上七点到九点半 | 十月二十三号下午三点多 | 不说了吧 | 你是机器人吧 | 就问问 | 保密行不行
多久能解决 | 谁来处理 | 给我回个电话 | 名字就不说了吧 | 都打了三次了没人管 | 谢谢 | 网上买的 没地点 | 算了不投诉了 | 水都漫到马路上结冰了 一个骑电瓶车的外卖小哥摔得不轻
"""
# Asked where it is, somebody tells on: sums, spells, people, deeds, whatever words of a place they hold.
STORIES = """
两个月押金5600 | 楼下大排档的音响 | 停马路边 | 爬28楼送个奶茶 | 物业说找社区 | 开小饭馆的 | 一天站12小时 | 店铺叫悦净旗舰店 | 学校强制去电子厂实习 | 路灯全灭
几百号人打车一趟四十 | 第一次差房东身份证 | 全班38个人都被拉来了 | 打他们客服说二十四小时处理 | 起码七八十辆都是小蓝的 | 群里三百多户都在等 | 那是上一家弄的
出院结帐说明州这边返回失败 | 我们公司报销要用的 | 老的老小的小,到底要停到什么时候 | 帮我看下我那个单子办到哪一步了 | 医院让找参保地 | 隔壁装修的声音 | 三十几户人挤一部电梯
门卫收了我二十块 | 公交站等了一个小时 | 小区里面的广告
"""
# More of the kind of place that has a telling in it.
WITH_CLAUSES = """
挨到卖豆花饭那家 | 门口有棵黄桷树那家 | 青树塘村头第三家 | 就那个工地 | 菜场旁边那个门 | 停车场进去右手边 | 开发区北头那个物流园里头 | 停机坪东边 | 唱戏那个广场旁边
"""


def _listed(text: str) -> list[str]:
    return [words.strip() for line in text.split("\n") for words in line.split("|") if words.strip()]


@pytest.mark.parametrize("words", _listed(PLACES))
def test_an_answer_that_names_a_place_looks_like_one(words: str) -> None:
    """Roads, estates, villages, landmarks, vehicles and sides count, whether the parser knows them or not."""
    assert looks_like_place(words)


@pytest.mark.parametrize("words", _listed(SENTENCES))
def test_a_sentence_is_no_place(words: str) -> None:
    """Questions, refusals, wishes, numbers and moments are not taken for an address."""
    assert not looks_like_place(words)


@pytest.mark.parametrize("words", _listed(STORIES))
def test_a_story_is_no_place(words: str) -> None:
    """The head of a Chinese phrase stands last: what ends in a sum, a deed or a thing is told, not pointed at."""
    assert not looks_like_place(words)


@pytest.mark.parametrize("words", _listed(WITH_CLAUSES))
def test_a_place_may_be_told_by_what_is_done_there(words: str) -> None:
    """卖豆花饭那家 ends in who it is."""
    assert looks_like_place(words)
