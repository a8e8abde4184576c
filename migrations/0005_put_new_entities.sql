-- `entities` of `put_entities` (migration 0004) is now a JSON object (text or JSONB): key -> the image that its revision holds, which is
-- {"name", "description": "", "physical_id": null, "config", "children": [[child type, child key], ...]}. Where all are new, nothing is
-- looked up that could have been there before.
DROP TRIGGER `put_entities`;
--> statement-breakpoint
CREATE TRIGGER `put_entities` INSTEAD OF INSERT ON `put_entities` BEGIN
	INSERT INTO `revisions` (`network_id`, `version`, `type`, `key`, `before`, `after`, `actor`, `request_id`, `at`)
		SELECT NEW.`network_id`, (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`), NEW.`type`, i.key,
			iif(NEW.`only_new`, NULL,
				(SELECT json_object('name', e.`name`, 'description', e.`description`, 'physical_id', e.`physical_id`, 'config', json(e.`config`),
						'children', (SELECT json_group_array(json_array(`to_type`, `to_key`)) FROM `associations`
							WHERE `network_id` = e.`network_id` AND `from_type` = e.`type` AND `from_key` = e.`key`))
					FROM `entities` AS e WHERE e.`network_id` = NEW.`network_id` AND e.`type` = NEW.`type` AND e.`key` = i.key)),
			i.value, NEW.`actor`, NEW.`request_id`, NEW.`at`
		FROM json_each(NEW.`entities`) AS i;
	INSERT INTO `entities` (`network_id`, `type`, `key`, `name`, `description`, `config`, `version`)
		SELECT NEW.`network_id`, NEW.`type`, key, value ->> '$.name', '', NULLIF(value -> '$.config', 'null'), 1
		FROM json_each(NEW.`entities`) WHERE NEW.`only_new`;
	INSERT INTO `entities` (`network_id`, `type`, `key`, `name`, `description`, `config`, `version`)
		SELECT NEW.`network_id`, NEW.`type`, key, value ->> '$.name', '', NULLIF(value -> '$.config', 'null'), 1
		FROM json_each(NEW.`entities`) WHERE NOT NEW.`only_new`
		ON CONFLICT (`network_id`, `type`, `key`) DO UPDATE SET `name` = excluded.`name`, `config` = excluded.`config`, `version` = `version` + 1;
	DELETE FROM `associations` WHERE NOT NEW.`only_new` AND `network_id` = NEW.`network_id` AND `from_type` = NEW.`type`
		AND `from_key` IN (SELECT key FROM json_each(NEW.`entities`));
	INSERT OR IGNORE INTO `associations` (`network_id`, `from_type`, `from_key`, `to_type`, `to_key`)
		SELECT NEW.`network_id`, NEW.`type`, i.key, c.value ->> '$[0]', c.value ->> '$[1]'
		FROM json_each(NEW.`entities`) AS i, json_each(i.value, '$.children') AS c;
END;
