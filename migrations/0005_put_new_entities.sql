-- `entities` of `put_entities` (migration 0004) is now a JSON object (text or JSONB): key -> the image that its revision holds, which is
-- {"name", "description": "", "physical_id": null, "config", "children": [[child type, child key], ...]}. Where all are new, nothing is
-- looked up that could have been there before. `owns`: a type whose children go with the edges to them; NULL: none.
DROP TRIGGER `put_entities`;
--> statement-breakpoint
DROP VIEW `put_entities`;
--> statement-breakpoint
CREATE VIEW `put_entities` (`network_id`, `type`, `entities`, `only_new`, `owns`, `actor`, `request_id`, `at`) AS
	SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE false;
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
	INSERT INTO `revisions` (`network_id`, `version`, `type`, `key`, `before`, `after`, `actor`, `request_id`, `at`)
		SELECT NEW.`network_id`, (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`), NEW.`owns`, o.`to_key`,
			(SELECT json_object('name', e.`name`, 'description', e.`description`, 'physical_id', e.`physical_id`, 'config', json(e.`config`),
					'children', (SELECT json_group_array(json_array(`to_type`, `to_key`)) FROM `associations`
						WHERE `network_id` = e.`network_id` AND `from_type` = e.`type` AND `from_key` = e.`key`))
				FROM `entities` AS e WHERE e.`network_id` = NEW.`network_id` AND e.`type` = NEW.`owns` AND e.`key` = o.`to_key`),
			NULL, NEW.`actor`, NEW.`request_id`, NEW.`at`
		FROM json_each(NEW.`entities`) AS i CROSS JOIN `associations` AS o ON o.`network_id` = NEW.`network_id`
			AND o.`from_type` = NEW.`type` AND o.`from_key` = i.key AND o.`to_type` = NEW.`owns`
		WHERE NEW.`owns` IS NOT NULL;
	DELETE FROM `entities` WHERE NEW.`owns` IS NOT NULL AND `network_id` = NEW.`network_id` AND `type` = NEW.`owns`
		AND `key` IN (SELECT o.`to_key` FROM json_each(NEW.`entities`) AS i CROSS JOIN `associations` AS o
			ON o.`network_id` = NEW.`network_id` AND o.`from_type` = NEW.`type` AND o.`from_key` = i.key AND o.`to_type` = NEW.`owns`);
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
